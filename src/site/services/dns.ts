// The part `services.dns` of site.yaml: the names of services that publish ports, and who answers for them.

import { isIP } from "node:net";
import { type Static, Type } from "typebox";
import type { Path } from "../config-document.ts";
import { type Findings, msOf } from "../findings.ts";
import { about, closed, duration, list, text } from "../schema-words.ts";
import type { ListenAddress } from "../server-config.ts";
import { parseListen } from "../units.ts";

const LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
const NAME = `^(${LABEL}\\.)*${LABEL}$`;
const name = (description: string, example: string) =>
  Type.Optional(Type.String({ pattern: NAME, maxLength: 200, ...about(description, example) }));

/** What may stand under `services.dns`. */
export const DNS_SCHEMA = Type.Object(
  {
    zone: Type.String({ pattern: NAME, maxLength: 200, ...about("the zone of the site", "services.example.org") }),
    environment: name("the part of the zone that is this berth's: names are SERVICE.STACK.ENVIRONMENT.ZONE", "prod"),
    addresses: Type.Array(Type.String(), {
      minItems: 1,
      ...about("this machine, where ports are published", ["192.0.2.10"]),
    }),
    proxyAddresses: list("where the proxy is reached; as addresses unless said", ["192.0.2.11"]),
    proxyName: name("the proxy's name below the environment; web services are aliases of it", "lb.reverse-proxy"),
    listen: text("answer for the zone's part, by UDP and TCP; left out: nobody answers", "0.0.0.0:53"),
    nameServers: list("names of the servers that the parent zone delegates to", ["ns1.example.org"]),
    contact: text("mail address of who looks after the zone", "hostmaster@example.org"),
    ttl: duration("how long others may remember a name", "60s"),
    zoneFile: text("write a zone file (RFC 1035) here, for the site's own name server", "/etc/bind/db.services"),
    hostsFile: text("write a hosts file here", "/var/lib/berth/hosts"),
  },
  { ...closed, ...about("names of services; left out: none") },
);

/** The names of services, every default filled in. */
export interface DnsConfig {
  /** `ENVIRONMENT.ZONE`: below it are this berth's names. */
  readonly origin: string;
  readonly addresses: readonly string[];
  readonly proxyAddresses: readonly string[];
  /** In full. */
  readonly proxyName: string;
  readonly listen: ListenAddress | undefined;
  readonly nameServers: readonly string[];
  /** As SOA records write it: `hostmaster.example.org`. */
  readonly contact: string;
  readonly ttlSeconds: number;
  readonly zoneFile: string | undefined;
  readonly hostsFile: string | undefined;
}

/** Completes and checks the part; `at` makes paths absolute. */
export function resolveDns(
  file: Static<typeof DNS_SCHEMA> | undefined,
  { path, at, found }: { readonly path: Path; readonly at: (relative: string) => string; readonly found: Findings },
): DnsConfig | undefined {
  if (!file) return undefined;
  const { addresses, proxyAddresses = addresses } = file;
  for (const address of [...addresses, ...proxyAddresses])
    if (isIP(address) === 0) found.wrong([...path, "addresses"], `has "${address}", which is no IP address`, "");
  const listen = file.listen === undefined ? undefined : parseListen(file.listen);
  if (file.listen !== undefined && listen?.kind !== "tcp")
    found.wrong([...path, "listen"], "is no address", 'write "host:port", such as 0.0.0.0:53');
  const origin = file.environment === undefined ? file.zone : `${file.environment}.${file.zone}`;
  return {
    origin,
    addresses,
    proxyAddresses,
    proxyName: `${file.proxyName ?? "lb.reverse-proxy"}.${origin}`,
    listen,
    nameServers: file.nameServers ?? [`ns.${origin}`],
    contact: contactName(file.contact ?? `hostmaster@${file.zone}`),
    ttlSeconds: Math.max(1, Math.round(msOf(file.ttl, 60_000) / 1000)),
    zoneFile: file.zoneFile === undefined ? undefined : at(file.zoneFile),
    hostsFile: file.hostsFile === undefined ? undefined : at(file.hostsFile),
  };
}

// RFC 1035, 8: the first label is what stands before the @, its dots escaped.
function contactName(mail: string): string {
  const [local = "hostmaster", domain] = mail.split("@");
  return domain === undefined ? mail : `${local.replaceAll(".", "\\.")}.${domain}`;
}
