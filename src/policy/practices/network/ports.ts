// Ports of containers and hosts: NET001 to NET004.

import type { LaunchPort, PortRange } from "../../launch-view/types.ts";
import { practice } from "../../practice.ts";
import type { LaunchSubject, RecipeSubject } from "../../practice-subjects.ts";
import type { Hit } from "../../rule.ts";
import { finalSteps, instructionsOf } from "../recipe-parts.ts";

/** Words of EXPOSE with the ports that they mean; variables that are not known are left out. */
function exposed({ recipe }: RecipeSubject, all: boolean) {
  return (all ? instructionsOf(recipe) : finalSteps(recipe)).flatMap(({ instruction, before }) =>
    instruction?.keyword !== "EXPOSE"
      ? []
      : instruction.words.flatMap((word) => {
          const text = word.text
            .replace(/^(["'])(.*)\1$/, "$2")
            .replace(/^\$\{?(\w+)\}?/, (whole, name: string) => before.variables.get(name) ?? whole);
          return text.includes("$") ? [] : [{ text, range: word.range }];
        }),
  );
}

function portsOf(text: string): PortRange | undefined {
  const match = /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/i.exec(text);
  if (!match) return undefined;
  const range = { first: Number(match[1]), last: Number(match[2] ?? match[1]) };
  return range.last <= 65_535 && range.first <= range.last ? range : undefined;
}

export const HIGH_PORTS = practice({
  id: "NET001",
  title: "Programs listen above 1024 inside of the container",
  severity: "info",
  class: "recommended",
  certainty: "certain",
  message: "port {port} inside of the container is below 1024",
  hint: "let the program listen above 1024, such as 8080, and publish that",
  why: "Ports below 1024 need a right of root.",
  source: "Spin: Ports",
  peers: ["DS-0004"],
  counterparts: ["PRT-04", "DF-07"],
  checks: {
    recipe: (subject) =>
      exposed(subject, false).flatMap(({ text, range }) => {
        const ports = portsOf(text);
        return ports && ports.first > 0 && ports.first < 1024 ? [{ fields: { port: ports.first }, range }] : [];
      }),
    launch: ({ launch: { ports, tool } }) =>
      tool !== "compose"
        ? []
        : ports.flatMap(({ container, range }) =>
            container && container.first < 1024 ? [{ fields: { port: container.first }, range }] : [],
          ),
  },
  passes: [
    { shows: "8080", profile: "spin", dockerfile: "FROM debian:13.1\nEXPOSE 8080\n" },
    { shows: "a service above", profile: "spin", compose: "ports: ['443:8443']\n" },
    { shows: "an unknown variable", profile: "spin", dockerfile: "FROM debian:13.1\nEXPOSE $PORT\n" },
  ],
  fails: [
    {
      shows: "EXPOSE 80",
      profile: "spin",
      dockerfile: "FROM debian:13.1\nEXPOSE 80/tcp 8080\n",
      expect: { line: 2, says: "port 80" },
    },
    { shows: "a service", profile: "spin", compose: "ports: ['60000:80']\n", expect: { says: "port 80" } },
    { shows: "a known variable", profile: "spin", dockerfile: "FROM debian:13.1\nENV PORT=443\nEXPOSE $PORT\n" },
  ],
});

const PROXY: readonly number[] = [80, 443];

export const PROXY_PORTS = practice({
  id: "NET002",
  title: "Only the site's proxy listens on 80 and 443",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "port {port} of the host belongs to the site's proxy",
  hint: "ask for a route (x-berth.routes) and publish no port",
  why: "The proxy ends TLS for all services and knows where each of them runs.",
  source: "Spin: Ports",
  peers: [],
  counterparts: ["PRT-01"],
  checks: {
    launch: ({ launch: { ports, engine } }) => (engine ? ports.flatMap((port) => covered(port, PROXY)) : []),
  },
  passes: [
    { shows: "another port", profile: "spin", compose: "ports: ['8080:8080']\n" },
    { shows: "none of the host", profile: "spin", compose: "ports: ['80']\n" },
    { shows: "for the node alone", profile: "spin", run: "docker run -p 127.0.0.1:443:8443 img:1\n" },
  ],
  fails: [
    { shows: "443", profile: "spin", compose: "ports: ['443:8443']\n", expect: { line: 4, says: "443" } },
    { shows: "docker run", profile: "spin", run: "docker run -p 80:80 img:1\n" },
  ],
});

function covered({ host, range, loopback }: LaunchPort, closed: readonly number[]): readonly Hit[] {
  if (!host || loopback) return [];
  const port = closed.find((one) => one >= host.first && one <= host.last);
  return port === undefined ? [] : [{ fields: { port }, range }];
}

export const OPEN_PORTS = practice({
  id: "NET003",
  title: "Published ports are open at the site",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "port {port} of the host is closed here",
  hint: "publish one of {open}, or ask for a route",
  why: "The site's firewall lets nobody through: the service would run and not be reached.",
  source: "Spin: Ports",
  peers: [],
  counterparts: ["PRT-02"],
  checks: { launch: closedPorts },
  passes: [
    {
      shows: "in the range",
      policy: { openPorts: [{ first: 60_000, last: 60_050 }] },
      compose: "ports: ['60017:8080']\n",
    },
    { shows: "the site says nothing", compose: "ports: ['9999:9999']\n" },
    { shows: "of a class of the site's", profile: "spin", compose: "ports: ['60017:8080']\n" },
    { shows: "the proxy's (NET002)", policy: { openPorts: [{ first: 5, last: 6 }] }, compose: "ports: ['443:8443']\n" },
  ],
  fails: [
    {
      shows: "9999",
      policy: { openPorts: [{ first: 60_000, last: 60_050 }] },
      compose: "ports: ['9999:8080']\n",
      expect: { line: 4, says: "9999" },
    },
    {
      shows: "in none of the site's classes",
      profile: "spin",
      run: "docker run -p 9999:8080 img:1\n",
      expect: { says: "9999" },
    },
    {
      shows: "part of a range",
      policy: { openPorts: [{ first: 5000, last: 5001 }] },
      run: "docker run -p 5000-5002:80-82 img:1\n",
    },
  ],
});

// A site that names no ports for practices may have classes of them for its services.
function openPortsOf({ tables, policy: { portClasses } }: LaunchSubject): readonly PortRange[] {
  return tables.openPorts.length > 0 ? tables.openPorts : [...portClasses.values()].flatMap(({ ports }) => ports);
}

function closedPorts(subject: LaunchSubject): readonly Hit[] {
  const { ports, engine } = subject.launch;
  const openPorts = openPortsOf(subject);
  if (!engine || openPorts.length === 0) return [];
  // Those of the proxy are nobody's to publish.
  const free = openPorts.filter(({ first, last }) => first !== last || !PROXY.includes(first));
  const open = free.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(", ");
  return ports.flatMap(({ host, range, loopback }) => {
    if (!host || loopback || PROXY.includes(host.first)) return [];
    const inside = openPorts.some(({ first, last }) => host.first >= first && host.last <= last);
    return inside ? [] : [{ fields: { port: host.first, open }, range }];
  });
}

export const REAL_PORTS = practice({
  id: "NET004",
  title: "Ports are numbers up to 65535",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{text} is no port",
  hint: "write a number between 1 and 65535, with /tcp or /udp",
  why: "The engine refuses it, or publishes something else than is meant.",
  source: "ours",
  peers: ["DL3011", "DS-0008"],
  cases: {
    trap: {
      message: "{text} without quotes is read as the number {number} by YAML 1.1",
      hint: 'write "{text}" in quotes',
    },
  },
  fix: "safe",
  checks: {
    recipe: wrongExposed,
    launch: (subject) => subject.launch.ports.flatMap((port) => wrongPort(subject, port)),
  },
  passes: [
    { shows: "ranges and protocols", dockerfile: "FROM debian:13.1\nEXPOSE 8000-8010 53/udp\n" },
    { shows: "in quotes", compose: 'ports: ["22:22"]\n' },
    { shows: "too large for the trap", compose: "ports: [8080:8080]\n" },
    { shows: "a variable", compose: "ports: ['${PORT:-8080}:80']\n" },
  ],
  fails: [
    { shows: "EXPOSE 99999", dockerfile: "FROM debian:13.1\nEXPOSE 99999\n", expect: { line: 2, says: "99999" } },
    { shows: "a protocol that there is not", dockerfile: "FROM debian:13.1\nEXPOSE 80/tpc\n" },
    { shows: "a service", compose: "ports: ['99999:80']\n" },
    {
      shows: "without quotes",
      compose: "ports:\n  - 22:22\n",
      expect: {
        case: "trap",
        says: "1342",
        fixed: 'services:\n  web:\n    image: docker.io/library/busybox:1.37.0\n    ports:\n      - "22:22"\n',
      },
    },
  ],
});

function wrongExposed(subject: RecipeSubject): readonly Hit[] {
  return exposed(subject, true)
    .filter(({ text }) => portsOf(text) === undefined)
    .map(({ text, range }) => ({ fields: { text }, range }));
}

function wrongPort({ launch }: LaunchSubject, { text, range, container, host, protocol }: LaunchPort): readonly Hit[] {
  if (text.includes("$")) return [];
  const hostPart = /(?:^|:)([^:]*):[^:]*$/.exec(text.split("/")[0] ?? "")?.[1];
  const wrong =
    container === undefined ||
    (hostPart !== undefined && hostPart !== "" && host === undefined && !/[.\]]/.test(hostPart));
  if (wrong || !/^(tcp|udp|sctp)$/i.test(protocol)) return [{ fields: { text }, range }];
  // Base sixty: both parts below 60, and nothing around them.
  const parts = /^(\d+):([0-5]?\d)$/.exec(text);
  const written = launch.source.text.slice(range.start, range.end);
  if (launch.tool !== "compose" || !parts || written !== text) return [];
  const number = Number(parts[1]) * 60 + Number(parts[2]);
  const fix = { title: "put it into quotes", safe: true, edits: [{ range, text: `"${text}"` }] };
  return Number(parts[1]) < 60 ? [{ case: "trap", fields: { text, number }, range, fix }] : [];
}
