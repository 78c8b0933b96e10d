// Ports that a site's firewall opens, and the ports that programs are known by.

import type { PortClass, PortRange } from "../config.ts";

const one = (port: number): PortRange => ({ first: port, last: port });
const span = (first: number, last: number): PortRange => ({ first, last });

/** Spin's firewall. */
export const SPIN_PORTS: ReadonlyMap<string, PortClass> = new Map<string, PortClass>([
  [
    "world",
    {
      title: "from everywhere",
      reach: "world",
      protocol: "tcp",
      ports: [one(80), one(443), one(8080), one(8443), span(60000, 60050)],
    },
  ],
  [
    "partners",
    {
      title: "from the site and its partners",
      reach: "partners",
      protocol: "tcp",
      ports: [one(3128), one(3306), one(4873), one(5432), one(5984), one(8008), one(27017), span(55000, 55100)],
    },
  ],
  [
    "site",
    {
      title: "from the site only",
      reach: "site",
      protocol: "tcp",
      ports: [one(5672), one(8081), span(50000, 50050)],
    },
  ],
]);

/** Every port above the privileged ones, for a site whose firewall decides by itself. */
export const OPEN_PORTS: ReadonlyMap<string, PortClass> = new Map<string, PortClass>([
  ["tcp", { title: "as the firewall says", reach: "site", protocol: "tcp", ports: [span(1024, 65535)] }],
  ["udp", { title: "as the firewall says", reach: "site", protocol: "udp", ports: [span(1024, 65535)] }],
]);

/** By the last part of an image's name. */
export const USUAL_PORTS: ReadonlyMap<string, number> = new Map([
  ["couchdb", 5984],
  ["mariadb", 3306],
  ["mongo", 27017],
  ["mongodb", 27017],
  ["mysql", 3306],
  ["postgres", 5432],
  ["postgresql", 5432],
  ["postgis", 5432],
  ["rabbitmq", 5672],
  ["squid", 3128],
  ["verdaccio", 4873],
]);
