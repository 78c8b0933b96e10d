// Ports of the host: PRT-01, PRT-02, PRT-03, PRT-06.

import { port, route } from "../example-parts.ts";
import { fitsGlob } from "../glob.ts";
import { classOfPort, formatRanges } from "../port-class.ts";
import { rule, unknown } from "../rule.ts";
import type { PortSubject } from "../subjects.ts";

const SOURCE = "Spin: Networking; Firewall configuration";

export const PORT_OF_PROXY = rule({
  id: "PRT-01",
  title: "Only the proxy listens on 80 and 443",
  on: "port",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "Ports {ports} belong to the proxy; add a route in place of {port} for {service}",
  hint: "x-berth: routes: [{host: NAME, port: {container}}]",
  why: "There is one port 443 on an address: the proxy shares it, with certificates that are looked after in one place.",
  source: "Spin: HTTP/HTTPS reverse proxy",
  check: ({ port: { host, container }, policy: { proxyPorts } }) =>
    host !== undefined && proxyPorts.includes(host)
      ? { fields: { port: host, container, ports: proxyPorts.join(" and ") } }
      : undefined,
  passes: [
    { shows: "a route", service: { ports: [], routes: [route()] } },
    { shows: "8443:443", service: { ports: [port(8443, 443)] } },
  ],
  fails: [
    {
      shows: "80:80",
      service: { ports: [port(80, 80)] },
      expect: { pointer: "/services/web/ports/0", says: "Ports 80 and 443 belong to the proxy" },
    },
    { shows: "443:8443", service: { ports: [port(443, 8443)] } },
    { shows: "443:8443/udp", service: { ports: [port(443, 8443, "udp")] } },
    {
      shows: "a TCP route that listens on 443",
      service: { ports: [], routes: [route({ protocol: "tcp", listen: 443 })] },
      expect: { pointer: "/services/web/routes/0/listen" },
    },
  ],
});

export const PORT_OPEN = rule({
  id: "PRT-02",
  title: "A host port is in an open class",
  on: "port",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "Port {port} is closed; use {ranges} or ask for it",
  hint: "leave the host port out, and the platform picks a free one",
  why: "The firewall lets nothing through to it, so nobody could use it.",
  source: SOURCE,
  check: (subject) => {
    const { port, policy } = subject;
    if (port.host === undefined || port.host < 1024 || policy.proxyPorts.includes(port.host) || isApproved(subject))
      return undefined;
    if (classOfPort(port.host, port.protocol, policy)) return undefined;
    const open = [...policy.portClasses.values()].filter(({ protocol }) => protocol === port.protocol);
    const ranges = open.map((one) => formatRanges(one.ports.filter(({ first }) => first >= 1024))).join(", ");
    return { fields: { port: `${port.host}/${port.protocol}`, ranges: ranges || `none over ${port.protocol}` } };
  },
  passes: [
    { shows: "60007:5432", service: { ports: [port(60007, 5432)] } },
    { shows: "no host port: the platform picks one", service: { ports: [port(undefined, 5432)] } },
    {
      shows: "12345:80, approved",
      service: { ports: [port(12345, 80)] },
      policy: { approvedPorts: [{ port: 12345, protocol: "tcp", stack: "rover*" }] },
    },
    ...[8080, 60000, 60050, 55000, 55100, 50050, 5432].map((host) => ({
      shows: `${host}:80`,
      service: { ports: [port(host, 80)] },
    })),
  ],
  fails: [
    { shows: "12345:80", service: { ports: [port(12345, 80)] }, expect: { says: "use 8080, 8443, 60000-60050" } },
    { shows: "60051:80", service: { ports: [port(60051, 80)] } },
    { shows: "60007:53/udp", service: { ports: [port(60007, 53, "udp")] } },
    {
      shows: "approved for another stack",
      service: { ports: [port(12345, 80)] },
      policy: { approvedPorts: [{ port: 12345, protocol: "tcp", stack: "mars" }] },
    },
  ],
});

export const PORT_PRIVILEGED = rule({
  id: "PRT-03",
  title: "A host port below 1024 has been approved",
  on: "port",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "Port {port} is privileged: ask for a review",
  hint: "use a port from 1024 on, or have staff add it to approvedPorts for {stack}",
  why: "People trust what answers on these ports to be the machine's own.",
  source: SOURCE,
  check: (subject) => {
    const { host } = subject.port;
    if (host === undefined || host >= 1024 || subject.policy.proxyPorts.includes(host)) return undefined;
    return isApproved(subject) ? undefined : { fields: { port: host } };
  },
  passes: [
    {
      shows: "25:2525, approved",
      service: { ports: [port(25, 2525)] },
      policy: { approvedPorts: [{ port: 25, protocol: "tcp", stack: "rover" }] },
    },
    { shows: "8080:80", service: { ports: [port(8080, 80)] } },
  ],
  fails: [
    { shows: "25:25", service: { ports: [port(25, 25)] }, expect: { says: "Port 25 is privileged" } },
    { shows: "1023:1023", service: { ports: [port(1023, 1023)] } },
  ],
});

export const PORT_FREE = rule({
  id: "PRT-06",
  title: "A host port is free on a node",
  on: "port",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "No node has port {port} free",
  hint: "use another, or leave the host port out, and the platform picks a free one",
  why: "The service could not start.",
  source: SOURCE,
  check: ({ port: { host, protocol }, facts: { freePorts } }) => {
    if (host === undefined) return undefined;
    const free = freePorts?.get(`${host}/${protocol}`);
    if (free === undefined) return unknown(`nobody looked whether port ${host} is free`);
    return free ? undefined : { fields: { port: host } };
  },
  passes: [
    { shows: "free", service: { ports: [port(60007, 80)] }, facts: free(true) },
    { shows: "no host port", service: { ports: [port(undefined, 80)] }, facts: { freePorts: undefined } },
  ],
  fails: [
    {
      shows: "taken on all",
      service: { ports: [port(60007, 80)] },
      facts: free(false),
      expect: { says: "No node has port 60007 free" },
    },
    {
      shows: "not known",
      service: { ports: [port(60007, 80)] },
      facts: { freePorts: undefined },
      expect: { certainty: "unknown" },
    },
  ],
});

function isApproved({ port: { host, protocol }, policy: { approvedPorts }, stack = "" }: PortSubject): boolean {
  return approvedPorts.some((one) => one.port === host && one.protocol === protocol && fitsGlob(one.stack, stack));
}

function free(is: boolean) {
  return { freePorts: new Map([["60007/tcp", is]]) };
}
