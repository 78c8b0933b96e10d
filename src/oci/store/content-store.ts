// The content store: blobs by digest in an OCI image layout, shared by all processes of one user. A blob appears under
// its name complete and verified, and every reader verifies again on the way, so the store needs no locks to be read and
// no fsync to survive a power cut: a damaged blob is noticed, removed and fetched again. Knows nothing of registries.

import { randomBytes } from "node:crypto";
import { type FileHandle, open as openFile, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { checkBytes, type Digest, type Expected, parseDigest, verifier } from "../../base/digest.ts";
import { errnoOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { fail, writeFailure } from "./errors.ts";
import { blobPath, partialDir, prepareLayout, sizeOf } from "./layout.ts";
import { measuringHash } from "./measuring-hash.ts";
import { verifiedFile } from "./verified-file.ts";

/** Largest document (manifest, index, configuration) that is read into memory, in bytes. */
export const DOCUMENT_LIMIT = 8 * 1024 * 1024;

export interface Waiting {
  readonly signal?: AbortSignal | undefined;
}

/** A finished blob as it lies in the store. */
export interface StoredBlob extends Expected {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly lastUsed: number;
}

/** Blobs by digest. */
export interface ContentStore {
  /** The folder of the layout. */
  readonly root: string;
  /** File of a blob, whether or not it is there. */
  path(digest: Digest): string;
  /** True when the blob is there with its full size (its content is checked by who reads it). */
  has(want: Expected): Promise<boolean>;
  /** A stream that ends in an error unless the bytes are right; a damaged blob is removed. @throws E_BLOB_MISSING */
  open(want: Expected, options?: Waiting): Promise<Readable>;
  /** A small document, checked. @throws E_BLOB_MISSING, E_BLOB_CORRUPT, E_BLOB_TOO_LARGE */
  read(want: Expected): Promise<Buffer>;
  /** Stores content whose digest is known. @throws E_DIGEST_MISMATCH, E_SIZE_MISMATCH, E_STORE_FULL, E_STORE_UNWRITABLE */
  put(want: Expected, source: Readable | Uint8Array, options?: Waiting): Promise<void>;
  /** Stores content of unknown digest and says what it is. @throws E_STORE_FULL, E_STORE_UNWRITABLE */
  add(source: Readable, options?: Waiting): Promise<Expected>;
  remove(digest: Digest): Promise<void>;
  list(): Promise<readonly StoredBlob[]>;
}

/** The store in the folder `root`, which is made on the first write. */
export function contentStore(root: string, { log }: { readonly log: Log }): ContentStore {
  const path = (digest: Digest) => blobPath(root, digest);
  const has = async (want: Expected) => (await sizeOf(path(want.digest))) === want.size;
  const remove = (digest: Digest) => rm(path(digest), { force: true });
  const damaged = async (digest: Digest, cause: unknown) => {
    await remove(digest);
    const error = fail("E_BLOB_CORRUPT", { digest }, { cause });
    log.warn(error.message);
    return error;
  };
  return {
    root,
    path,
    has,
    remove,
    open: (want, options) => openVerified(root, want, damaged, options),
    read: (want) => readDocument(root, want, damaged),
    async put(want, source, options) {
      if (await has(want)) return source instanceof Readable ? void source.destroy() : undefined;
      if (!(source instanceof Readable)) checkBytes(source, want, `the blob ${want.digest}`);
      const stream = source instanceof Readable ? source : Readable.from([Buffer.from(source)]);
      await writeBlob(root, stream, want, options);
    },
    add: (source, options) => writeBlob(root, source, undefined, options),
    list: () => listBlobs(root),
  };
}

type Damaged = (digest: Digest, cause: unknown) => Promise<Error>;

async function openVerified(root: string, want: Expected, damaged: Damaged, options: Waiting = {}): Promise<Readable> {
  const path = blobPath(root, want.digest);
  const file = await openBlob(path, root, want.digest);
  // Last use orders what `cache clean --keep` removes; access times of the file system are often switched off.
  await touch(path);
  return verifiedFile(file, {
    ...{ digest: want.digest, size: want.size, offset: 0, signal: options.signal },
    what: `the stored blob ${want.digest}`,
    onDamage: (cause) => damaged(want.digest, cause),
  });
}

async function openBlob(path: string, root: string, digest: Digest): Promise<FileHandle> {
  try {
    return await openFile(path, "r");
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    throw fail("E_BLOB_MISSING", { digest, path: root }, { cause: error });
  }
}

async function touch(path: string): Promise<void> {
  try {
    await utimes(path, new Date(), (await stat(path)).mtime);
  } catch {
    // A read-only cache keeps no order of use.
  }
}

async function readDocument(root: string, want: Expected, damaged: Damaged): Promise<Buffer> {
  const what = `the document ${want.digest}`;
  if (want.size > DOCUMENT_LIMIT) throw fail("E_BLOB_TOO_LARGE", { what, size: want.size, limit: DOCUMENT_LIMIT });
  const path = blobPath(root, want.digest);
  const size = await sizeOf(path);
  if (size === undefined) throw fail("E_BLOB_MISSING", { digest: want.digest, path: root });
  if (size > DOCUMENT_LIMIT) throw await damaged(want.digest, new Error(`it is ${size} bytes long`));
  const bytes = await readFile(path);
  try {
    checkBytes(bytes, want, what);
  } catch (error) {
    throw await damaged(want.digest, error);
  }
  await touch(path);
  return bytes;
}

async function writeBlob(
  root: string,
  source: Readable,
  want: Expected | undefined,
  o: Waiting = {},
): Promise<Expected> {
  // Not resumable, so its name is this process's own; leftovers of killed processes are swept by age.
  const partial = join(partialDir(root), `new-${process.pid}-${randomBytes(6).toString("hex")}`);
  try {
    const file = await openPartial(partial, root);
    const measure = measuringHash();
    const check = want ? verifier(want, `the blob ${want.digest}`) : new PassThrough();
    await pipeline(source, check, measure.through, file.createWriteStream({ highWaterMark: 1024 * 1024 }), {
      signal: o.signal,
    });
    const made = want ?? measure.result();
    await rename(partial, blobPath(root, made.digest));
    return { digest: made.digest, size: made.size };
  } catch (error) {
    source.destroy();
    await rm(partial, { force: true });
    throw writeFailure(error, root);
  }
}

// The folders are made when they are missing, and not looked for each time.
async function openPartial(partial: string, root: string): Promise<FileHandle> {
  try {
    return await openFile(partial, "wx", 0o600);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    await prepareLayout(root);
    return openFile(partial, "wx", 0o600);
  }
}

async function listBlobs(root: string): Promise<readonly StoredBlob[]> {
  const found: StoredBlob[] = [];
  for (const algorithm of ["sha256", "sha512"]) {
    const dir = join(root, "blobs", algorithm);
    for (const name of await readdir(dir).catch(() => [])) {
      const path = join(dir, name);
      const info = await stat(path).catch(() => undefined);
      if (!info?.isFile() || !/^[0-9a-f]+$/.test(name)) continue;
      if (name.length !== (algorithm === "sha256" ? 64 : 128)) continue;
      const lastUsed = Math.max(info.atimeMs, info.mtimeMs);
      found.push({
        digest: parseDigest(`${algorithm}:${name}`),
        size: info.size,
        path,
        created: info.mtimeMs,
        lastUsed,
      });
    }
  }
  return found;
}
