// The members of an image archive by name, whether they lie in a plain tar file (read in place, nothing copied) or came
// by as a stream (a packed file, an engine's answer) and went into the content store. Knows no image format.

import { open } from "node:fs/promises";
import { pipeline as pipe, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { checkBytes, digestOf, type Expected, verifier } from "../../base/digest.ts";
import { BerthError, reasonOf } from "../../base/errors.ts";
import { type ContentStore, DOCUMENT_LIMIT, type Waiting } from "../store/content-store.ts";
import { measuringHash } from "../store/measuring-hash.ts";
import { verifiedFile } from "../store/verified-file.ts";
import { fileBytes, streamBytes } from "./byte-source.ts";
import { fail } from "./errors.ts";
import { type TarMember, tarMembers } from "./tar-members.ts";

/** Files by name. */
export interface Members {
  /** The archive, for messages. */
  readonly path: string;
  has(name: string): boolean;
  /** A small file's bytes. @throws E_ARCHIVE_MEMBER, E_ARCHIVE_LIMIT */
  document(name: string): Promise<Buffer>;
  /** The first bytes of a file. @throws E_ARCHIVE_MEMBER */
  head(name: string): Promise<Buffer>;
  /** Size in bytes, and the digest when it is known already. @throws E_ARCHIVE_MEMBER */
  size(name: string): { readonly size: number; readonly known?: Expected };
  /** Digest and size; a plain archive's member is read for it. @throws E_ARCHIVE_MEMBER */
  measure(name: string, options: Waiting): Promise<Expected>;
  /** The content as `want`, verified on the way. @throws E_ARCHIVE_MEMBER */
  open(name: string, want: Expected, options: Waiting): Promise<Readable>;
}

/** Up to this size a streamed member is kept in memory; larger ones go to the store. */
const SMALL = 1024 * 1024;
const SMALL_TOTAL = 64 * 1024 * 1024;
const HEAD = 16;

/** Indexes a plain tar file: reads headers only. @throws E_ARCHIVE_FORM, E_ARCHIVE_PATH, E_ARCHIVE_LIMIT */
export async function plainMembers(path: string): Promise<Members> {
  const found = new Map<string, TarMember>();
  const file = await open(path, "r");
  try {
    const source = fileBytes(file, (await file.stat()).size);
    for await (const { member } of tarMembers(source, path)) found.set(member.name, member);
  } finally {
    await file.close();
  }
  const get = (name: string) => follow(found, name, path);
  const stretch = async (name: string, want: Expected, options: Waiting) => {
    const { offset } = get(name);
    return verifiedFile(await open(path, "r"), { ...want, offset, what: `${name} in ${path}`, signal: options.signal });
  };
  const slice = async (name: string, size: number) => {
    const handle = await open(path, "r");
    try {
      return (await handle.read(Buffer.alloc(size), 0, size, get(name).offset)).buffer;
    } finally {
      await handle.close();
    }
  };
  return {
    path,
    has: (name) => found.has(name),
    head: (name) => slice(name, Math.min(HEAD, get(name).size)),
    size: (name) => ({ size: get(name).size }),
    document: async (name) => slice(name, documentSize(get(name), path)),
    open: stretch,
    async measure(name, options) {
      const { offset, size } = get(name);
      const handle = await open(path, "r");
      const measure = measuringHash();
      const stream = handle.createReadStream({ start: offset, end: Math.max(offset, offset + size - 1) });
      await pipeline(stream, measure.through.resume(), { signal: options.signal });
      return measure.result();
    },
  };
}

/** Takes in a streamed tar: large files go to the store, small ones are kept. Fails as `plainMembers` does; ends the stream. */
export async function streamedMembers(
  stream: Readable,
  path: string,
  store: ContentStore,
  options: Waiting,
): Promise<Members> {
  const found = new Map<string, Kept>();
  try {
    let kept = 0;
    for await (const { member, content } of tarMembers(streamBytes(stream), path)) {
      options.signal?.throwIfAborted();
      if (member.kind !== "file") found.set(member.name, member);
      else if (member.size <= SMALL) {
        kept += member.size;
        if (kept > SMALL_TOTAL) throw fail("E_ARCHIVE_LIMIT", { path, what: "too many small files" });
        found.set(member.name, { ...member, bytes: await buffer(Readable.from(content())) });
      } else found.set(member.name, await stored(member, content(), store, path, options));
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof BerthError) throw error;
    throw fail("E_ARCHIVE_FORM", { path, why: reasonOf(error) }, { cause: error });
  } finally {
    // What follows the end of the archive is nobody's, and the file, program or connection it comes from would stay open.
    stream.destroy();
  }
  return keptMembers(found, path, store);
}

interface Kept extends TarMember {
  readonly bytes?: Buffer;
  readonly head?: Buffer;
  readonly blob?: Expected;
}

async function stored(
  member: TarMember,
  content: AsyncIterable<Buffer>,
  store: ContentStore,
  path: string,
  o: Waiting,
) {
  let head: Buffer = Buffer.alloc(0);
  async function* watched(): AsyncGenerator<Buffer> {
    for await (const piece of content) {
      if (head.length < HEAD) head = Buffer.concat([head, piece.subarray(0, HEAD)]);
      yield piece;
    }
  }
  const blob = await store.add(Readable.from(watched(), { objectMode: false }), o);
  if (blob.size !== member.size) throw fail("E_ARCHIVE_FORM", { path, why: "it is cut short" });
  return { ...member, head, blob };
}

function keptMembers(found: ReadonlyMap<string, Kept>, path: string, store: ContentStore): Members {
  const get = (name: string) => follow(found, name, path);
  const measure = async (name: string) => {
    const { blob, bytes = Buffer.alloc(0) } = get(name);
    if (blob) return blob;
    return { digest: digestOf(bytes), size: bytes.length };
  };
  return {
    path,
    measure,
    has: (name) => found.has(name),
    head: async (name) => get(name).head ?? get(name).bytes?.subarray(0, HEAD) ?? Buffer.alloc(0),
    size: (name) => ({ size: get(name).size, ...(get(name).blob ? { known: get(name).blob as Expected } : {}) }),
    async document(name) {
      const { blob, bytes, size } = get(name);
      documentSize({ name, size }, path);
      return blob ? store.read(blob) : (bytes ?? Buffer.alloc(0));
    },
    async open(name, want, options) {
      const { blob, bytes } = get(name);
      if (blob?.digest === want.digest) return store.open(want, options);
      // Named by another algorithm than the store's, or falsely.
      if (blob) return pipe(await store.open(blob, options), verifier(want, `${name} in ${path}`), () => undefined);
      checkBytes(bytes ?? Buffer.alloc(0), want, `${name} in ${path}`);
      return Readable.from([bytes ?? Buffer.alloc(0)], { objectMode: false });
    },
  };
}

function documentSize({ name, size }: { readonly name: string; readonly size: number }, path: string): number {
  if (size <= DOCUMENT_LIMIT) return size;
  throw fail("E_ARCHIVE_LIMIT", { path, what: `${size} bytes in ${name}, where at most ${DOCUMENT_LIMIT} are read` });
}

// Older engines write a layer once and link to it from its other places.
function follow<M extends TarMember>(found: ReadonlyMap<string, M>, name: string, path: string): M {
  let at = name;
  for (let hops = 0; hops < 8; hops += 1) {
    const member = found.get(at);
    if (member?.kind === "file") return member;
    if (member?.target === undefined) break;
    at = member.target;
  }
  throw fail("E_ARCHIVE_MEMBER", { path, name });
}
