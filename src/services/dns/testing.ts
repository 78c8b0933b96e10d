// A zone for the tests.

import type { DnsConfig } from "../../site/services/dns.ts";

/** Names below `prod.example.org` of a machine at 192.0.2.10 with a proxy at 192.0.2.11. */
export const DNS: DnsConfig = {
  origin: "prod.example.org",
  addresses: ["192.0.2.10", "2001:db8::10"],
  proxyAddresses: ["192.0.2.11"],
  proxyName: "lb.reverse-proxy.prod.example.org",
  listen: { kind: "tcp", host: "127.0.0.1", port: 0 },
  nameServers: ["ns.prod.example.org"],
  contact: "hostmaster.example.org",
  ttlSeconds: 60,
  zoneFile: undefined,
  hostsFile: undefined,
};

/** A database with a port, and a web service behind the proxy. */
export const ROVER = [
  { stack: "rover", service: "db", published: true },
  { stack: "rover", service: "web", published: false },
];
