// Which ports services use and who reaches them: PRT-04, PRT-05, PRT-07.

import { type PolicyConfig, REACHES, type Reach } from "../config.ts";
import { port } from "../example-parts.ts";
import { readImageName } from "../image-name.ts";
import { listed } from "../message.ts";
import { typeOfService } from "../names.ts";
import { classOfPort, isLoopback } from "../port-class.ts";
import { rule } from "../rule.ts";

const SOURCE = "Spin: Networking";
const PG = "postgres:16";

export const PORT_INSIDE = rule({
  id: "PRT-04",
  title: "Services listen above 1024 in the container",
  on: "port",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{service} listens on {port} in the container",
  hint: "listen on a port above 1024, such as {other}, and NET_BIND_SERVICE can be dropped",
  why: "Low ports need a capability; any other port does as well, since the platform maps it.",
  source: SOURCE,
  check: ({ port: { container } }) =>
    container < 1024 ? { fields: { port: container, other: container + 8000 } } : undefined,
  passes: [{ shows: "60007:8080", service: { ports: [port(60007, 8080)] } }],
  fails: [{ shows: "60007:80", service: { ports: [port(60007, 80)] }, expect: { says: "listens on 80" } }],
});

export const PORT_USUAL = rule({
  id: "PRT-05",
  title: "A service has its usual port where that is open",
  on: "port",
  severity: "info",
  class: "optional",
  certainty: "likely",
  message: "The usual port {usual} of {program} is open here ({title}); {service} is published on {port}",
  hint: "publish {usual}, if it is free and who should reach it can",
  why: "People know what answers there, and so do the programs that they use.",
  source: SOURCE,
  check: ({ port: { host, container, protocol }, of, policy }) => {
    const name = readImageName(of.service.image);
    const program = typeof name === "string" ? "" : name.base;
    const usual = policy.usualPorts.get(program);
    if (usual === undefined || host === undefined || host === usual || container !== usual) return undefined;
    const open = classOfPort(usual, protocol, policy);
    return open && { fields: { usual, program, port: host, title: open.class.title } };
  },
  passes: [
    { shows: "5432 for PostgreSQL", service: { image: PG, ports: [port(5432, 5432)] } },
    { shows: "another program", service: { ports: [port(60001, 5432)] } },
  ],
  fails: [
    {
      shows: "60001 for it",
      service: { image: PG, ports: [port(60001, 5432)] },
      expect: { says: "The usual port 5432 of postgres" },
    },
  ],
});

export const PORT_REACH = rule({
  id: "PRT-07",
  title: "A service is reached from no further than it is meant to be",
  on: "port",
  severity: "warning",
  class: "recommended",
  certainty: "likely",
  message: "{service} is reachable {title} on port {port}; a {type} is usually not",
  hint: "{cure}",
  why: "Databases that the world could connect to have been emptied by the thousand.",
  source: SOURCE,
  check: ({ port: { host, address, protocol }, of, policy }) => {
    if (host === undefined || isLoopback(address)) return undefined;
    const type = typeOfService(of.service.name, policy.serviceTypes) ?? "";
    const meant = policy.serviceTypes.get(type);
    const open = classOfPort(host, protocol, policy);
    if (!meant || !open || REACHES.indexOf(open.class.reach) <= REACHES.indexOf(meant.reach)) return undefined;
    return {
      fields: { title: open.class.title, port: host, type: meant.description, cure: cureFor(meant.reach, policy) },
    };
  },
  passes: [
    { shows: "db on a partners' port", service: { name: "db", ports: [port(5432, 5432)] } },
    { shows: "db on a site-only port", service: { name: "db", ports: [port(50007, 5432)] } },
    { shows: "web on 8080", service: { ports: [port(8080, 8080)] } },
    {
      shows: "db on 8080 of this machine only",
      service: { name: "db", ports: [{ ...port(8080, 5432), address: "127.0.0.1" }] },
    },
  ],
  fails: [
    {
      shows: "db on 8080 (world)",
      service: { name: "db-main", ports: [port(8080, 5432)] },
      expect: { says: "db-main is reachable from everywhere on port 8080" },
    },
  ],
});

function cureFor(reach: Reach, { portClasses }: PolicyConfig): string {
  const near = [...portClasses.values()].filter((one) => REACHES.indexOf(one.reach) <= REACHES.indexOf(reach));
  const none = "none at all: services of a stack reach each other without";
  return near.length === 0
    ? `publish ${none}`
    : `use a port open ${listed(
        near.map(({ title }) => title),
        "or",
      )}; or ${none}`;
}
