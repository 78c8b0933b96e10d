// The part `services.proxy` of site.yaml: where the web traffic of services comes in, how many processes carry it, and where
// certificates come from.

import { isIP } from "node:net";
import { join } from "node:path";
import { type Static, Type } from "typebox";
import type { Path } from "../config-document.ts";
import { type Findings, msOf } from "../findings.ts";
import { about, closed, count, duration, flag, list, optional, text } from "../schema-words.ts";
import { parseListen } from "../units.ts";

const ACME = Type.Object(
  {
    directory: Type.String({
      pattern: "^https://",
      ...about("URL of the directory", "https://acme.example.org/directory"),
    }),
    hosts: Type.Array(Type.String(), {
      minItems: 1,
      ...about("names, or *.names of one label, that it is asked for", ["*.services.example.org"]),
    }),
    contact: text("mail address that it may write to", "hostmaster@example.org"),
    trustedFile: text("certificate (PEM) by which the ACME server itself is known, when it is the site's own"),
  },
  { ...closed, ...about("certificates from an ACME server, proved by http-01 on port 80") },
);

/** What may stand under `services.proxy`. */
export const PROXY_SCHEMA = Type.Object(
  {
    http: text("address for plain HTTP; none: no plain HTTP", "0.0.0.0:80", "[::]:80", "none"),
    https: text("address for TLS; none: no TLS", "0.0.0.0:443", "none"),
    tcpHost: text("address on which routes of bare TCP listen", "0.0.0.0"),
    publicHttpsPort: count("port in redirects to TLS, when it is another one outside; https's own unless said"),
    processes: count("processes that share the traffic; their number divides the request limits of routes"),
    trustedProxies: list("addresses or networks (CIDR) whose X-Forwarded-For is believed", ["192.0.2.0/28"]),
    accessLog: text("file for one JSON object a request; none: no access log", "/var/log/berth/access.log"),
    certificates: text("folder of the site's certificates: NAME.crt with NAME.key", "/etc/berth/certificates"),
    internalAuthority: flag("make certificates by berth's own authority for names that have no other; on unless said"),
    acme: optional(ACME),
    timeout: duration("until a service must have begun to answer, for routes that do not say", "60s"),
    signIn: text(
      "URL of berth's sign-in as browsers reach it, for routes that want one",
      "https://berth.example.org/sign-on",
    ),
    signedIn: duration("how long somebody stays signed in at a route before he is asked again, unseen", "8h"),
    stopTimeout: duration("how long requests may go on when a proxy ends", "30s"),
    endWithServer: flag(
      "end the proxies when the server ends; otherwise they go on, and the next server takes them over",
    ),
  },
  { ...closed, ...about("the way from browsers to services") },
);

export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
}

/** The proxy, every default filled in. */
export interface ProxyConfig {
  readonly http: ProxyAddress | undefined;
  readonly https: ProxyAddress | undefined;
  readonly tcpHost: string;
  readonly publicHttpsPort: number;
  readonly processes: number;
  readonly trustedProxies: readonly string[];
  readonly accessLog: string | undefined;
  /** Folder of the site's certificates. */
  readonly certificatesDir: string;
  readonly internalAuthority: boolean;
  readonly acme: AcmeConfig | undefined;
  readonly timeoutMs: number;
  /** Undefined: routes that want a sign-in are refused. */
  readonly signIn: string | undefined;
  readonly signedInMs: number;
  readonly stopMs: number;
  readonly endWithServer: boolean;
}

export interface AcmeConfig {
  readonly directory: string;
  readonly hosts: readonly string[];
  readonly contact: string | undefined;
  readonly trustedFile: string | undefined;
}

const MINUTE = 60_000;

export interface ProxyPlace {
  readonly path: Path;
  readonly at: (relative: string) => string;
  readonly stateDir: string;
  readonly found: Findings;
}

/** Completes and checks the part. */
export function resolveProxy(file: Static<typeof PROXY_SCHEMA> | undefined, place: ProxyPlace): ProxyConfig {
  const { at, stateDir, path, found } = place;
  const given = file ?? {};
  const http = address(given.http ?? "0.0.0.0:80", "http", place);
  const https = address(given.https ?? "0.0.0.0:443", "https", place);
  for (const network of given.trustedProxies ?? [])
    if (!isNetwork(network)) found.wrong([...path, "trustedProxies"], `has "${network}", which is no network`, "");
  if (given.signIn !== undefined && !/^https?:$/.test(URL.canParse(given.signIn) ? new URL(given.signIn).protocol : ""))
    found.wrong([...path, "signIn"], "is no URL", "write https://HOST/sign-on");
  if (given.acme && http === undefined)
    found.wrong([...path, "acme"], "needs plain HTTP for its proofs", "set http, reachable as port 80");
  return {
    http,
    https,
    tcpHost: given.tcpHost ?? "0.0.0.0",
    publicHttpsPort: given.publicHttpsPort ?? https?.port ?? 443,
    processes: given.processes ?? 2,
    trustedProxies: given.trustedProxies ?? [],
    accessLog: given.accessLog === undefined || given.accessLog === "none" ? undefined : at(given.accessLog),
    certificatesDir: given.certificates === undefined ? join(stateDir, "certificates") : at(given.certificates),
    internalAuthority: given.internalAuthority ?? true,
    acme: given.acme && resolveAcme(given.acme, at),
    timeoutMs: msOf(given.timeout, MINUTE),
    signIn: given.signIn,
    signedInMs: msOf(given.signedIn, 8 * 60 * MINUTE),
    stopMs: msOf(given.stopTimeout, MINUTE / 2),
    endWithServer: given.endWithServer ?? false,
  };
}

function resolveAcme(file: Static<typeof ACME>, at: (relative: string) => string): AcmeConfig {
  const { directory, hosts, contact, trustedFile } = file;
  const names = hosts.map((host) => host.toLowerCase());
  return { directory, hosts: names, contact, trustedFile: trustedFile === undefined ? undefined : at(trustedFile) };
}

function address(text: string, key: string, { path, found }: ProxyPlace): ProxyAddress | undefined {
  if (text === "none") return undefined;
  const parsed = parseListen(text);
  if (parsed?.kind === "tcp") return parsed;
  found.wrong([...path, key], "is no address", 'write "host:port", such as 0.0.0.0:443, or none');
  return undefined;
}

function isNetwork(text: string): boolean {
  const [name = "", bits, ...more] = text.split("/");
  const family = isIP(name);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
