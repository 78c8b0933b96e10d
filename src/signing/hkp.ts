// A key server by the HTTP Keyserver Protocol (draft-gallagher-openpgp-hkp): get, search, add. What it answers is
// hearsay: a key is taken only when it has the fingerprint that was asked for.

import { discard, readBounded } from "../oci/registry/body.ts";
import { exchange, type Wire } from "../oci/registry/exchange.ts";
import type { HttpResponse } from "../oci/registry/transport.ts";
import { fail } from "./errors.ts";
import { keyPrint, parseKeys } from "./keyring.ts";
import { fingerprintOf, type PgpKey } from "./pgp.ts";

const MAX_ANSWER = 8 * 1024 * 1024;
const MAX_RESULTS = 1000;
/** The last second that a Date can tell. */
const MAX_TIME = 8_640_000_000_000;

/** One server. */
export interface KeyServer {
  readonly wire: Wire;
  /** https:// or http://, without a path. */
  readonly url: URL;
  readonly signal?: AbortSignal | undefined;
}

/** One line of a search. */
export interface FoundKey {
  /** Fingerprint or key id, as the server gave it. */
  readonly print: string;
  readonly algorithm: string;
  readonly bits: string;
  /** Seconds since 1970; 0 when unknown. */
  readonly created: number;
  /** `r` revoked, `e` expired, `d` disabled. */
  readonly flags: string;
  readonly names: readonly string[];
}

/** The address of a server as people write it: hkp://, hkps://, http://, https:// or a bare host. @throws E_KEYSERVER */
export function keyServerUrl(text: string): URL {
  const full = /^[a-z]+:\/\//.test(text) ? text : `https://${text}`;
  // A parsed URL no longer tells port 80 from none.
  const bare = /^hkp:\/\/(?!.*:\d+\/?$)/.test(full);
  const url = URL.parse(full.replace(/^hkp:/, "http:").replace(/^hkps:/, "https:"));
  if (url === null || !["http:", "https:"].includes(url.protocol))
    throw fail("E_KEYSERVER", { url: text, why: "has no address that berth understands" });
  if (bare) url.port = "11371";
  return url;
}

/** The key of a fingerprint or key id. @throws E_KEYSERVER, E_KEYSERVER_KEY, E_KEYSERVER_OTHER */
export async function pullKey(server: KeyServer, wanted: string): Promise<readonly PgpKey[]> {
  const print = keyPrint(wanted);
  const url = shown(server);
  if (print === undefined) throw fail("E_KEYSERVER_KEY", { url, wanted });
  const response = await ask(server, { op: "get", options: "mr", search: `0x${print}` });
  if (response.status === 404) {
    await discard(response.body);
    throw fail("E_KEYSERVER_KEY", { url, wanted });
  }
  const keys = await parseKeys(await answer(server, response), url);
  const right = keys.filter((key) => fingerprintOf(key).endsWith(print)).map((key) => key.toPublic());
  if (right.length === 0) throw fail("E_KEYSERVER_OTHER", { url, wanted });
  return right;
}

/** Keys whose names or fingerprints fit; none when there are none. @throws E_KEYSERVER */
export async function searchKeys(server: KeyServer, words: string): Promise<readonly FoundKey[]> {
  const search = keyPrint(words);
  const response = await ask(server, { op: "index", options: "mr", search: search ? `0x${search}` : words });
  if (response.status === 404) {
    await discard(response.body);
    return [];
  }
  return parseIndex((await answer(server, response)).toString("utf8"));
}

/** Gives the public key to the server. @throws E_KEYSERVER */
export async function pushKey(server: KeyServer, key: PgpKey): Promise<void> {
  const response = await exchange(server.wire, {
    method: "POST",
    url: new URL("/pks/add", server.url),
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ keytext: key.toPublic().armor() }).toString(),
    signal: server.signal,
  });
  await answer(server, response);
}

/** Reads the machine-readable index; lines that make no sense are passed over. */
export function parseIndex(text: string): readonly FoundKey[] {
  const found: (Omit<FoundKey, "names"> & { names: string[] })[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [kind, first = "", ...rest] = line.split(":");
    if (kind === "pub" && keyPrint(first) !== undefined) {
      if (found.length === MAX_RESULTS) break;
      const [algorithm = "", bits = "", created = "", , flags = ""] = rest;
      const seconds = Number(created);
      const time = Number.isSafeInteger(seconds) && seconds >= 0 && seconds <= MAX_TIME ? seconds : 0;
      found.push({ print: first.toUpperCase(), algorithm, bits, created: time, flags, names: [] });
    } else if (kind === "uid") found.at(-1)?.names.push(unescaped(first));
  }
  return found;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function ask({ wire, url, signal }: KeyServer, query: Readonly<Record<string, string>>): Promise<HttpResponse> {
  const target = new URL("/pks/lookup", url);
  target.search = new URLSearchParams(query).toString();
  return exchange(wire, { method: "GET", url: target, headers: {}, signal });
}

async function answer(server: KeyServer, response: HttpResponse): Promise<Buffer> {
  const url = shown(server);
  if (response.status >= 300) {
    await discard(response.body);
    throw fail("E_KEYSERVER", { url, why: `answered with status ${response.status}` });
  }
  const body = await readBounded(response.body, MAX_ANSWER);
  if (body === undefined) throw fail("E_KEYSERVER", { url, why: `sent more than ${MAX_ANSWER} bytes` });
  return body;
}

function shown({ url }: KeyServer): string {
  return url.origin;
}
