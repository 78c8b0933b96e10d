// Files that ADD names by URL: fetched once, kept by content, and asked for again only with the server's own mark of
// their version. A file with a checksum that is here already needs no server.

import { createHash } from "node:crypto";
import { lstat, mkdir, rename, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { type Digest, digestOf, digestParts, parseDigest } from "../../base/digest.ts";
import { BerthError, defineErrors } from "../../base/errors.ts";
import { publishFile } from "../../base/publish.ts";
import { formatSize } from "../../base/size.ts";

import { discard } from "../../oci/registry/body.ts";
import { sendFollowing } from "../../oci/registry/redirect.ts";
import type { HttpResponse, Transport } from "../../oci/registry/transport.ts";
import { wireFailure } from "../../oci/registry/wire-failure.ts";
import { type Known, recall, remember } from "./download-records.ts";
import { fail } from "./errors.ts";
import { decoded } from "./remote.ts";
import type { DownloadRequest } from "./remote-sources.ts";

const failure = defineErrors({
  E_ADD_CHECKSUM: {
    text: "{url} has the digest {got}, but --checksum asks for {want}",
    hint: "the file was changed at its source, or the checksum is another file's",
  },
});

/** Largest file that is taken unless the caller says otherwise, in bytes. */
const MAX_DOWNLOAD = 16 * 2 ** 30;

/** What downloading needs. */
export interface DownloadOptions {
  /** The cache's folder for downloads; made when missing. */
  readonly folder: string;
  readonly transport: Transport;
  /** Bytes. */
  readonly max?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

// A build looks at a source twice, for the cache and for the step: for so long (ms) a file without a mark counts as new.
const SAME_BUILD = 60_000;

/** Brings a file here. @throws E_ADD_URL, E_ADD_SIZE, E_ADD_CHECKSUM */
export async function download(request: DownloadRequest, options: DownloadOptions): Promise<string> {
  const { url, name, checksum } = request;
  if (checksum !== undefined && (await exists(contentPath(options, checksum, name)))) {
    return contentPath(options, checksum, name);
  }
  const known = await recall(url, options.folder);
  const usable =
    known !== undefined && checksum === undefined && (await exists(contentPath(options, known.digest, name)));
  if (usable && isMarkless(known) && options.now() - known.fetched < SAME_BUILD) {
    return contentPath(options, known.digest, name);
  }
  const answer = await ask(request, usable ? known : undefined, options);
  if (answer.status === 304 && usable) {
    await discard(answer.body);
    return contentPath(options, known.digest, name);
  }
  if (answer.status !== 200) {
    await discard(answer.body);
    throw fail("E_ADD_URL", { url: shown(url), why: `the server answers ${answer.status}` });
  }
  const [path, digest] = await keep(answer, request, options);
  const { etag, "last-modified": modified } = answer.headers;
  if (checksum === undefined) await remember(url, { digest, etag, modified, fetched: options.now() }, options.folder);
  return path;
}

async function ask({ url, signal }: DownloadRequest, known: Known | undefined, { transport }: DownloadOptions) {
  const plain = new URL(url);
  plain.username = "";
  plain.password = "";
  const login = `${decoded(url.username)}:${decoded(url.password)}`;
  const headers = {
    accept: "*/*",
    "user-agent": "berth",
    ...(url.username === "" ? {} : { authorization: `Basic ${Buffer.from(login).toString("base64")}` }),
    ...(known?.etag === undefined ? {} : { "if-none-match": known.etag }),
    ...(known?.etag !== undefined || known?.modified === undefined ? {} : { "if-modified-since": known.modified }),
  };
  try {
    return await sendFollowing(transport, { method: "GET", url: plain, headers, signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw unreachable(url, cause);
  }
}

function unreachable(url: URL, cause: unknown): Error {
  const why = wireFailure(cause, url.host).message;
  return fail("E_ADD_URL", { url: shown(url), why }, { cause });
}

async function keep(
  answer: HttpResponse,
  request: DownloadRequest,
  options: DownloadOptions,
): Promise<[string, Digest]> {
  const { name, checksum, url } = request;
  const algorithm = checksum === undefined ? "sha256" : digestParts(checksum).algorithm;
  const arriving = join(options.folder, "arriving");
  await mkdir(arriving, { recursive: true, mode: 0o700 });
  let digest: Digest | undefined;
  let path = "";
  // The digest names the folder, and is known when the last byte is here: the file moves there at once then.
  const passing = join(arriving, `${process.pid}-${digestOf(`${url.href} ${performance.now()}`).slice(-12)}`);
  await publishFile(passing, 0o600, async (file) => {
    const hash = createHash(algorithm);
    let size = 0;
    for await (const chunk of measured(answer.body, url)) {
      size += chunk.length;
      if (size > (options.max ?? MAX_DOWNLOAD)) throw tooLarge(url, options);
      hash.update(chunk);
      // Whole, where a single write may take less.
      await file.writeFile(chunk);
    }
    digest = parseDigest(`${algorithm}:${hash.digest("hex")}`);
    if (checksum !== undefined && digest !== checksum) {
      throw failure("E_ADD_CHECKSUM", { url: shown(url), got: digest, want: checksum });
    }
    path = contentPath(options, digest, name);
  });
  if (digest === undefined) throw new Error("a download without a digest");
  await settle(passing, path, answer.headers["last-modified"]);
  return [path, digest];
}

async function* measured(body: Readable, url: URL): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body) yield chunk as Buffer;
  } catch (cause) {
    throw cause instanceof BerthError ? cause : unreachable(url, cause);
  }
}

function tooLarge(url: URL, { max = MAX_DOWNLOAD }: DownloadOptions): Error {
  return fail("E_ADD_SIZE", { url: shown(url), max: formatSize(max) });
}

async function settle(passing: string, path: string, modified: string | undefined): Promise<void> {
  const time = Date.parse(modified ?? "");
  const seconds = Number.isFinite(time) && time > 0 ? time / 1000 : 0;
  await utimes(passing, seconds, seconds);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rename(passing, path);
}

function contentPath({ folder }: DownloadOptions, digest: Digest, name: string): string {
  const { algorithm, hex } = digestParts(digest);
  return join(folder, "content", `${algorithm}-${hex}`, name);
}

function isMarkless({ etag, modified }: Known): boolean {
  return etag === undefined && modified === undefined;
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isFile() ?? false;
}

/** A URL without what may be secret in it. */
function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
