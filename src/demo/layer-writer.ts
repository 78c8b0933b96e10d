// Writes the entries of a layer as tar, compressed with gzip, into the blobs of an OCI layout.

import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { digestParts, parseDigest } from "../base/digest.ts";
import { partialName } from "../base/publish.ts";
import type { Descriptor } from "../oci/types.ts";
import { type Content, contentSize, type Node } from "./tree.ts";
import type { LayerEntry } from "./tree-diff.ts";

export interface WrittenLayer {
  readonly descriptor: Descriptor;
  /** Digest of the uncompressed tar (image-spec config.md, "diff_ids"). */
  readonly diffId: string;
  /** Length of the uncompressed tar in bytes. */
  readonly unpackedSize: number;
  readonly entries: number;
}

/** Writes one layer into `layout`, named by its digest. */
export async function writeLayer(
  layout: string,
  entries: readonly LayerEntry[],
  options: { readonly signal: AbortSignal; readonly level?: number },
): Promise<WrittenLayer> {
  const partial = partialName(blobPath(layout, "new"));
  await mkdir(dirname(partial), { recursive: true });
  const [tar, gzip] = [createHash("sha256"), createHash("sha256")];
  let [unpackedSize, size] = [0, 0];
  async function* counted() {
    for await (const block of tarBlocks(entries)) {
      tar.update(block);
      unpackedSize += block.length;
      yield block;
    }
  }
  async function* hashed(source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      gzip.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  const compress = createGzip({ level: options.level ?? 6 });
  await pipeline(Readable.from(counted()), compress, hashed, createWriteStream(partial), { signal: options.signal });
  const digest = parseDigest(`sha256:${gzip.digest("hex")}`);
  await rename(partial, blobPath(layout, digestParts(digest).hex));
  const descriptor = { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest, size };
  return { descriptor, diffId: `sha256:${tar.digest("hex")}`, unpackedSize, entries: entries.length };
}

/** Where a layout keeps the blob of this SHA-256. */
export function blobPath(layout: string, hex: string): string {
  return join(layout, "blobs", "sha256", hex);
}

const BLOCK = 512;

async function* tarBlocks(entries: readonly LayerEntry[]): AsyncGenerator<Uint8Array> {
  const written = new Map<string, string>();
  for (const entry of entries) {
    if (entry.kind !== "node") {
      yield* header(markerName(entry), "0", { mode: 0o644, uid: 0, gid: 0, mtime: 0 }, 0, "");
      continue;
    }
    const { path, node } = entry;
    if (node.type === "directory") yield* header(`${path}/`, "5", node, 0, "");
    else if (node.type === "symlink") yield* header(path, "2", node, 0, node.target);
    else {
      const first = node.inode === undefined ? undefined : written.get(node.inode + node.hash);
      if (first !== undefined) yield* header(path, "1", node, 0, first);
      else {
        if (node.inode !== undefined) written.set(node.inode + node.hash, path);
        yield* header(path, "0", node, contentSize(node.content), "");
        yield* padded(node.content);
      }
    }
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** The name of the empty file that stands for a whiteout. */
function markerName({ kind, path }: Exclude<LayerEntry, { kind: "node" }>): string {
  if (kind === "opaque") return `${path}/.wh..wh..opq`;
  const slash = path.lastIndexOf("/") + 1;
  return `${path.slice(0, slash)}.wh.${path.slice(slash)}`;
}

async function* padded(content: Content): AsyncGenerator<Uint8Array> {
  const size = contentSize(content);
  if (content.kind === "bytes") yield content.bytes;
  else if (size > 0) yield* createReadStream(content.path, { start: content.offset, end: content.offset + size - 1 });
  if (size % BLOCK) yield Buffer.alloc(BLOCK - (size % BLOCK));
}

type About = Pick<Node, "mode" | "uid" | "gid" | "mtime">;

// Names that do not fit the ustar fields are said in a pax record before the header.
function* header(name: string, type: string, about: About, size: number, link: string): Generator<Buffer> {
  const long = {
    ...(Buffer.byteLength(name) > 100 && { path: name }),
    ...(Buffer.byteLength(link) > 100 && { linkpath: link }),
  };
  const records = Object.entries(long)
    .map(([key, value]) => paxRecord(key, value))
    .join("");
  if (records) {
    yield ustar("././@PaxHeader", "x", { mode: 0o644, uid: 0, gid: 0, mtime: 0 }, Buffer.byteLength(records), "");
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(records) / BLOCK) * BLOCK);
    body.write(records);
    yield body;
  }
  yield ustar(name, type, about, size, link);
}

function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length > length) length += 1;
  return `${length} ${key}=${value}\n`;
}

function ustar(name: string, type: string, { mode, uid, gid, mtime }: About, size: number, link: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  const number = (value: number, at: number, width: number): void => {
    block.write(value.toString(8).padStart(width - 1, "0"), at);
  };
  block.write(name, 0, 100);
  number(mode, 100, 8);
  number(uid, 108, 8);
  number(gid, 116, 8);
  number(size, 124, 12);
  number(mtime, 136, 12);
  block.write("        ", 148);
  block.write(type, 156);
  block.write(link, 157, 100);
  block.write("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
