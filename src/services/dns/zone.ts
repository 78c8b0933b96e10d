// The names of services as records of a zone (spec/services.md 2.1): one that publishes a port has the machine's addresses,
// one that is reached through the proxy only is an alias of the proxy. Pure.

import { isIPv6 } from "node:net";
import type { DnsConfig } from "../../site/services/dns.ts";

/** A service that has a name. */
export interface NamedService {
  readonly stack: string;
  readonly service: string;
  /** It publishes a port of the machine. */
  readonly published: boolean;
}

export type ZoneRecord =
  | { readonly type: "A" | "AAAA"; readonly name: string; readonly data: string }
  | { readonly type: "CNAME" | "NS"; readonly name: string; readonly data: string };

/** A part of the name space that we answer for. Names are in small letters, without the last dot. */
export interface Zone {
  readonly origin: string;
  readonly serial: number;
  readonly contact: string;
  readonly ttl: number;
  readonly nameServers: readonly string[];
  /** By name. */
  readonly records: ReadonlyMap<string, readonly ZoneRecord[]>;
  /** Every name that exists: those with records and those above them (RFC 8020). */
  readonly names: ReadonlySet<string>;
}

/** The name of a service: `db.rover.prod.example.org`. */
export function serviceName({ origin }: Pick<DnsConfig, "origin">, stack: string, service: string): string {
  return `${service}.${stack}.${origin}`;
}

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
const NAME_LETTERS = 253;

/** The zone with these services; those whose name is none, or taken, are left out. `serial` should grow whenever they change. */
export function makeZone(config: DnsConfig, services: readonly NamedService[], serial: number): Zone {
  const { origin, addresses, proxyAddresses, proxyName, nameServers, contact, ttlSeconds } = config;
  const own = nameServers.filter((name) => name === origin || name.endsWith(`.${origin}`));
  const reserved = new Set([...own, proxyName]);
  const all = [
    ...nameServers.map((data): ZoneRecord => ({ type: "NS", name: origin, data })),
    ...own.flatMap((name) => addresses.map((data) => addressRecord(name, data))),
    ...proxyAddresses.map((data) => addressRecord(proxyName, data)),
    ...services.flatMap(({ stack, service, published }): readonly ZoneRecord[] => {
      const name = serviceName(config, stack, service).toLowerCase();
      // One bad name would make the whole file unreadable, and nobody's service may answer in the proxy's name.
      if (!LABEL.test(stack) || !LABEL.test(service) || name.length > NAME_LETTERS || reserved.has(name)) return [];
      return published
        ? addresses.map((data) => addressRecord(name, data))
        : [{ type: "CNAME", name, data: proxyName }];
    }),
  ];
  const records = Map.groupBy(all, ({ name }) => name);
  const names = new Set([...records.keys(), origin].flatMap((name) => withParents(name, origin)));
  return { origin, serial, contact, ttl: ttlSeconds, nameServers, records, names };
}

function withParents(name: string, origin: string): readonly string[] {
  if (name === origin || !name.includes(".")) return [name];
  return [name, ...withParents(name.slice(name.indexOf(".") + 1), origin)];
}

function addressRecord(name: string, data: string): ZoneRecord {
  return { type: isIPv6(data) ? "AAAA" : "A", name, data };
}

/** A zone file (RFC 1035, 5). */
export function zoneFile({ origin, serial, contact, ttl, nameServers, records }: Zone): string {
  const soa = `@ IN SOA ${nameServers[0]}. ${contact}. (${serial} 3600 600 604800 ${ttl})`;
  const lines = [...records.values()].flat().map(({ name, type, data }) => {
    const value = type === "A" || type === "AAAA" ? data : `${data}.`;
    return `${name}. IN ${type} ${value}`;
  });
  return [`$ORIGIN ${origin}.`, `$TTL ${ttl}`, soa, ...lines, ""].join("\n");
}

/** A hosts file (hosts(5)): aliases become addresses. */
export function hostsFile({ records }: Zone): string {
  const addressesOf = (name: string): readonly string[] =>
    (records.get(name) ?? []).flatMap(({ type, data }) =>
      type === "A" || type === "AAAA" ? [data] : type === "CNAME" ? addressesOf(data) : [],
    );
  const lines = [...records.keys()].flatMap((name) => addressesOf(name).map((address) => `${address}\t${name}`));
  return [...lines, ""].join("\n");
}
