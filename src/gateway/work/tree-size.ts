// What a folder needs as a file system of its own. Names are bytes: images hold names that are no text.

import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";

/** A folder's content, for sizing a file system. */
export interface TreeSize {
  /** Bytes of all files and links, each rounded up to a block. */
  readonly bytes: number;
  readonly entries: number;
}

const BLOCK = 4096;

/** Adds up a tree without following links; hard links count each time, as a file system without them would. */
export async function treeSize(root: string): Promise<TreeSize> {
  let bytes = 0;
  let entries = 0;
  for await (const { path } of walk(Buffer.from(root))) {
    const info = await lstat(path);
    entries += 1;
    bytes += Math.ceil(info.size / BLOCK) * BLOCK;
  }
  return { bytes, entries };
}

/** One thing in a tree. */
export interface TreeEntry {
  readonly path: Buffer;
  readonly name: Buffer;
  readonly depth: number;
  readonly entry: Dirent<Buffer>;
}

/** Everything below `folder`, names in byte order, each folder before its content. */
export async function* walk(folder: Buffer, depth = 0): AsyncGenerator<TreeEntry> {
  const entries = await readdir(folder, { withFileTypes: true, encoding: "buffer" });
  entries.sort((a, b) => Buffer.compare(a.name, b.name));
  for (const entry of entries) {
    const path = Buffer.concat([folder, Buffer.from("/"), entry.name]);
    yield { path, name: entry.name, depth, entry };
    if (entry.isDirectory()) yield* walk(path, depth + 1);
  }
}
