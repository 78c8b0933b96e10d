// Published ports: `[ADDRESS:][HOST[-HOST]:]CONTAINER[-CONTAINER][/PROTOCOL]` and the long form; ranges become single ports.

import { isIP } from "node:net";
import type { PortSpec, ServiceSpec } from "../../stack/types.ts";
import { list } from "../collections.ts";
import { child, type Field, keyOf, oneOf, optional, text, whole } from "../fields.ts";
import type { Notebook } from "../notebook.ts";
import { at, type ServiceField } from "../reading.ts";
import { scalarText } from "../tree.ts";

const MAX_PORTS = 2000;
const MAX_TOGETHER = 10_000;
const MAX_PORT = 65_535;
const PROTOCOLS = ["tcp", "udp"] as const;

/** Reads `ports` and `expose`. */
export function readPorts(service: ServiceField): Pick<ServiceSpec, "ports" | "expose"> {
  const { notebook } = service;
  const ports: PortSpec[] = [];
  const { spent } = service.reading;
  for (const item of optional(at(service, "ports"), list, notebook) ?? []) {
    const found = item.node.kind === "map" ? longForm(item, notebook) : shortForm(item, notebook);
    for (const port of found) {
      if (ports.length >= MAX_PORTS || ++spent.ports > MAX_TOGETHER) {
        notebook.refuse(item, `a service publishes at most ${MAX_PORTS} ports, a stack ${MAX_TOGETHER}`);
        return { ports, expose: [] };
      }
      if (ports.some((other) => isSame(port, other))) continue;
      notebook.place(`${service.pointer}/ports/${ports.length}`, item.at);
      ports.push(port);
    }
  }
  const field = at(service, "ports");
  if (field !== undefined) notebook.place(`${service.pointer}/ports`, field.at);
  return { ports: withoutRepetition(ports, field, notebook), expose: readExpose(service) };
}

function isSame(one: PortSpec, other: PortSpec): boolean {
  return (
    one.container === other.container &&
    one.host === other.host &&
    one.address === other.address &&
    one.protocol === other.protocol
  );
}

function withoutRepetition(
  ports: readonly PortSpec[],
  field: Field | undefined,
  notebook: Notebook,
): readonly PortSpec[] {
  const seen = new Set<string>();
  for (const { host, address, protocol } of ports) {
    const key = `${address ?? ""} ${host}/${protocol}`;
    if (host !== undefined && seen.has(key) && field)
      notebook.error(field, `the port ${host}/${protocol} is published twice`);
    seen.add(key);
  }
  return ports;
}

interface Span {
  readonly first: number;
  readonly last: number;
}

function spanOf(word: string): Span | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(word);
  if (match === null) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  return first <= last && last <= MAX_PORT ? { first, last } : undefined;
}

function shortForm(item: Field, notebook: Notebook): readonly PortSpec[] {
  const written = (scalarText(item.node) ?? "").trim();
  const match = /^(?:(?:(.*):)?([^:]*):)?([^:/]+)(?:\/([A-Za-z]+))?$/.exec(written);
  const [, address = "", host = "", inner = "", protocol = "tcp"] = match ?? [];
  const container = spanOf(inner);
  const published = host === "" ? undefined : spanOf(host);
  const word = protocol.toLowerCase();
  if (match === null || container === undefined || container.first === 0 || (host !== "" && published === undefined)) {
    notebook.error(
      item,
      `${written || keyOf(item)} is no port mapping`,
      'write "60007:5432", or "127.0.0.1:60007:5432/tcp"',
    );
    return [];
  }
  if (word !== "tcp" && word !== "udp") {
    notebook.refuse(item, `the protocol ${protocol} is not published`, "tcp and udp are");
    return [];
  }
  return spread(item, container, published, { address: plainAddress(address), protocol: word }, notebook);
}

function spread(
  item: Field,
  container: Span,
  published: Span | undefined,
  rest: { readonly address: string; readonly protocol: "tcp" | "udp" },
  notebook: Notebook,
): readonly PortSpec[] {
  if (!isAddress(rest.address, item, notebook)) return [];
  const count = container.last - container.first + 1;
  const hosts = published === undefined ? count : published.last - published.first + 1;
  // One port with a range: Compose takes any free one of it. The first is as free as any other to a plan.
  if ((hosts !== count && count !== 1) || count > MAX_PORTS) {
    notebook.error(item, `the two ranges of a port mapping are of one length, ${MAX_PORTS} at most`);
    return [];
  }
  if (hosts !== count) {
    notebook.warn(
      item,
      `of the range the first port is published: ${published?.first}`,
      "name one port, or leave it out",
    );
  }
  return Array.from({ length: count }, (_, index) => ({
    container: container.first + index,
    host: hostPort(published, index),
    address: rest.address === "" ? undefined : rest.address,
    protocol: rest.protocol,
  }));
}

function isAddress(address: string, item: Field, notebook: Notebook): boolean {
  if (address === "" || isIP(address) !== 0) return true;
  notebook.error(item, `${address} is no address of a machine`, "write a number, such as 127.0.0.1");
  return false;
}

function plainAddress(written: string): string {
  return written.replace(/^\[(.*)\]$/, "$1");
}

function hostPort(published: Span | undefined, index: number): number | undefined {
  const port = published === undefined ? 0 : published.first + index;
  return port === 0 ? undefined : port;
}

function longForm(item: Field, notebook: Notebook): readonly PortSpec[] {
  const target = child(item, "target");
  if (target === undefined) notebook.error(item, "a port has no target", "write target: PORT");
  const container = optional(target, whole(1, MAX_PORT), notebook);
  const protocol = optional(child(item, "protocol"), oneOf(PROTOCOLS), notebook) ?? "tcp";
  const address = optional(child(item, "host_ip"), text, notebook) ?? "";
  optional(child(item, "mode"), oneOf(["host", "ingress"]), notebook);
  const field = child(item, "published");
  const published = field === undefined ? undefined : spanOf(scalarText(field.node) ?? "");
  if (field !== undefined && published === undefined && scalarText(field.node) !== "") {
    notebook.error(field, "published is a port, or a range of ports");
    return [];
  }
  if (container === undefined) return [];
  return spread(
    item,
    { first: container, last: container },
    published,
    { address: plainAddress(address), protocol },
    notebook,
  );
}

function readExpose(service: ServiceField): readonly number[] {
  const { notebook } = service;
  const found = new Set<number>();
  for (const item of optional(at(service, "expose"), list, notebook) ?? []) {
    const span = spanOf((scalarText(item.node) ?? "").replace(/\/(?:tcp|udp)$/i, ""));
    if (span === undefined || span.first === 0) notebook.error(item, "expose names ports", 'such as "8080"');
    else if (span.last - span.first < MAX_PORTS) for (let port = span.first; port <= span.last; port++) found.add(port);
    else notebook.refuse(item, `a service exposes at most ${MAX_PORTS} ports`);
  }
  return [...found];
}
