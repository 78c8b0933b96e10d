// An image file of a web server, brought into the cache under its digest: resumed when broken off, not fetched again
// while the server says that it is unchanged, and not asked for at all when its checksum is known and there.

import { rename } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, digestOf, digestParts, parseDigest } from "../../base/digest.ts";
import { BerthError, reasonOf } from "../../base/errors.ts";
import { type Log, type Progress, type Task, unwatched } from "../../base/log.ts";
import { worthRetrying } from "../fetch/errors.ts";
import type { PullPolicy } from "../fetch/registry-image.ts";
import { discard } from "../registry/body.ts";
import type { RegistryClient } from "../registry/client.ts";
import type { HttpResponse } from "../registry/transport.ts";
import { wireFailure } from "../registry/wire-failure.ts";
import type { Cache } from "../store/cache.ts";
import { lockDir, partialDir, prepareLayout, sizeOf } from "../store/layout.ts";
import { acquireLock } from "../store/lock.ts";
import { fail } from "./errors.ts";
import { PartialWebFile, type Version, versionOf } from "./partial-web-file.ts";
import { parseWebAddress, type WebAddress } from "./web-address.ts";

/** What is needed of a client. */
export type WebClient = Pick<RegistryClient, "get">;

export interface WebPull {
  /** `http(s)://…`, with `#sha256:…` behind it when the checksum is known. */
  readonly url: string;
  /** `--checksum`, which counts more. */
  readonly checksum?: string | undefined;
  readonly policy: PullPolicy;
  /** Called only when the network is needed. */
  readonly client: () => Promise<WebClient>;
  readonly cache: Cache;
  readonly log: Log;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A file in the store: link or copy it. */
export interface WebFile {
  readonly path: string;
  readonly digest: Digest;
}

const TRIES = 5;

/** Brings the file. @throws E_WEB_…, E_DIGEST_INVALID, E_CONNECT and the like, E_STORE_… */
export async function pullWebFile(pull: WebPull): Promise<WebFile> {
  const address = parseWebAddress(pull.url, pull.checksum);
  return (await current(pull, address)) ?? fetchLocked(pull, address);
}

// What is in the cache, where that will do.
async function current(pull: WebPull, address: WebAddress): Promise<WebFile | undefined> {
  const { cache, policy } = pull;
  if (address.digest && (await sizeOf(cache.blobs.path(address.digest))) !== undefined)
    return stored(cache, address.digest);
  const known = await remembered(cache, address);
  if (known && (policy === "missing" || policy === "never")) return stored(cache, known.digest);
  if (policy === "never") throw fail("E_WEB_NOT_CACHED", { url: address.shown });
  if (!known) return undefined;
  const version = await askVersion(pull, address);
  // Out of reach: what is there will do.
  const good = version === "unreachable" || (version !== undefined && version === known.version);
  return good ? stored(cache, known.digest) : undefined;
}

function stored(cache: Cache, digest: Digest): WebFile {
  return { path: cache.blobs.path(digest), digest };
}

function nameOf({ url }: WebAddress): string {
  return `web:${url.href}`;
}

async function remembered(cache: Cache, address: WebAddress) {
  const known = await cache.references.find(nameOf(address));
  // With a checksum asked for, another file is of no use.
  if (!known || address.digest || !(await cache.blobs.has(known.target))) return undefined;
  return { digest: known.target.digest, version: known.stamp };
}

async function askVersion(pull: WebPull, address: WebAddress): Promise<Version | "unreachable"> {
  try {
    const answer = await ask(pull, address, "HEAD", {});
    await discard(answer.body);
    return answer.status === 200 ? versionOf(answer.headers) : undefined;
  } catch (error) {
    if (pull.policy === "always" || !(error instanceof BerthError) || error.http <= 500) throw error;
    pull.log.warn(`${error.message}; using the cached file, which may be outdated`);
    return "unreachable";
  }
}

async function ask({ client, signal }: WebPull, { url, login }: WebAddress, method: "GET" | "HEAD", headers: Headers) {
  const identity = { "accept-encoding": "identity", ...(login === undefined ? {} : { authorization: login }) };
  return (await client()).get(method, url, { ...identity, ...headers }, { signal });
}

type Headers = Readonly<Record<string, string>>;

async function fetchLocked(pull: WebPull, address: WebAddress): Promise<WebFile> {
  const { log, signal } = pull;
  const { root } = pull.cache.blobs;
  const name = `web-${digestParts(digestOf(address.url.href)).hex.slice(0, 40)}`;
  await prepareLayout(root);
  let waited = false;
  const onWait = (owner: string) => {
    waited = true;
    log.info(`Waiting for ${owner}, which is fetching ${address.shown}`);
  };
  const lock = await acquireLock(join(lockDir(root), name), { signal, onWait });
  try {
    // The other one has most likely brought it.
    return (waited ? await current(pull, address) : undefined) ?? (await fetchInto(pull, address, name));
  } finally {
    await lock?.release();
  }
}

async function fetchInto(pull: WebPull, address: WebAddress, name: string): Promise<WebFile> {
  const { cache, progress = unwatched } = pull;
  const file = await PartialWebFile.open(join(partialDir(cache.blobs.root), name));
  let task: Task | undefined;
  let finished = false;
  try {
    const advance = (bytes: number) => task?.advance(bytes);
    const version = await fetchAll(pull, address, file, (total) => {
      task ??= progress.start(`fetch ${address.shown.split("/").at(-1)}`, total);
      return advance;
    });
    const made = await adopt(pull, address, file, version);
    finished = true;
    return made;
  } catch (error) {
    finished = error instanceof BerthError && error.code === "E_WEB_CHECKSUM";
    throw error;
  } finally {
    task?.done();
    await file.close({ remove: finished });
  }
}

async function fetchAll(
  pull: WebPull,
  address: WebAddress,
  file: PartialWebFile,
  begin: (total: number | undefined) => (bytes: number) => void,
): Promise<Version> {
  for (let vain = 0; ; ) {
    const before = file.reached.size;
    try {
      return await fetchRest(pull, address, file, begin);
    } catch (error) {
      pull.signal?.throwIfAborted();
      const failure = wireFailure(error, address.url.host);
      vain = file.reached.size > before ? 1 : vain + 1;
      if (!worthRetrying(failure) || isRefusal(failure)) throw failure;
      if (vain >= TRIES)
        throw fail("E_WEB_BROKEN", { url: address.shown, reason: reasonOf(failure) }, { cause: error });
      pull.log.debug(`${address.shown}: ${failure.message}; trying again`);
    }
  }
}

// What passes by waiting has been waited for by the client. A range that cannot be given is asked for no more.
function isRefusal(error: Error): boolean {
  return error instanceof BerthError && error.code === "E_WEB_STATUS" && error.fields["status"] !== 416;
}

async function fetchRest(
  pull: WebPull,
  address: WebAddress,
  file: PartialWebFile,
  begin: (total: number | undefined) => (bytes: number) => void,
): Promise<Version> {
  const { size, version } = file.reached;
  const goOn = size > 0 && version !== undefined;
  const answer = await ask(pull, address, "GET", goOn ? { range: `bytes=${size}-`, "if-range": version } : {});
  const { status, headers, body } = answer;
  const partial = status === 206 && headers["content-range"]?.startsWith(`bytes ${size}-`) === true;
  // All of it had arrived; only the end of the work is missing.
  if (status === 416 && goOn && headers["content-range"] === `bytes */${size}`) {
    await discard(body);
    return version;
  }
  if (!partial && status !== 200) throw await refusal(answer, address, file);
  if (!partial) await file.restart(versionOf(headers));
  const length = Number(headers["content-length"] ?? "NaN");
  const total = Number.isSafeInteger(length) ? length + (partial ? size : 0) : undefined;
  await file.append(body, begin(total));
  const got = file.reached.size;
  // Without a length the end of the connection is the end of the file, as far as anybody knows.
  if (total !== undefined && got !== total)
    throw fail("E_WEB_BROKEN", { url: address.shown, reason: `it ended after ${got} of ${total} bytes` });
  return versionOf(headers) ?? version;
}

async function refusal(answer: HttpResponse, { shown, url }: WebAddress, file: PartialWebFile): Promise<Error> {
  await discard(answer.body);
  const { status } = answer;
  // A range that the server cannot give: begin again without one.
  if (status === 416 || status === 206) await file.restart(undefined);
  const hints: Readonly<Record<number, string>> = {
    401: "it wants a login: https://NAME:PASSWORD@host/…",
    403: "it does not let you have this file",
    404: "check the spelling of the address",
    416: "try again",
  };
  return fail("E_WEB_STATUS", { url: shown, host: url.host, status, hint: hints[status] ?? "try again later" });
}

// The finished file becomes a blob under its digest without another copy.
async function adopt(pull: WebPull, address: WebAddress, file: PartialWebFile, version: Version): Promise<WebFile> {
  const { cache, signal, now } = pull;
  const { algorithm } = digestParts(address.digest ?? digestOf(""));
  const digest = parseDigest(`${algorithm}:${await file.digest(algorithm, signal)}`);
  if (address.digest && digest !== address.digest)
    throw fail("E_WEB_CHECKSUM", { url: address.shown, got: digest, want: address.digest });
  const { size } = file.reached;
  await rename(file.path, cache.blobs.path(digest));
  const target = { mediaType: "application/octet-stream", digest, size };
  // A stamp keeps the name out of the index that other tools read.
  await cache.references.set({ name: nameOf(address), target, checked: now(), stamp: version ?? "" });
  return stored(cache, digest);
}
