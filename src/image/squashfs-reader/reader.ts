// A squashfs 4.0 file system inside a file, read without mounting it. Everything in it is somebody else's: a damaged or
// hostile one ends in an error of this room, never in endless work or memory.

import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import type { BerthError } from "../../base/errors.ts";
import { DataReader } from "./data.ts";
import { decompressor } from "./decompress.ts";
import { type DirectoryEntry, readDirectory } from "./directory.ts";
import { fail } from "./errors.ts";
import { type Inode, readInode } from "./inode.ts";
import { Metadata } from "./metadata.ts";
import { resolvePath } from "./resolve.ts";
import { fileSource, type Source } from "./source.ts";
import { parseSuperblock, SUPERBLOCK_BYTES, type Superblock } from "./superblock.ts";
import {
  content,
  type Extent,
  type FileType,
  type ImageTree,
  type TreeEntry,
  type TreeStat,
  TYPE_NAMES,
  type WalkEntry,
} from "./tree.ts";
import { walkTree } from "./walk.ts";
import { readXattrs } from "./xattrs.ts";

/**
 * Opens the file system at byte `offset` of an open file, which `close()` of the result closes.
 * `path` names the image in errors.
 * @throws E_SQUASHFS_NOT, E_SQUASHFS_VERSION, E_SQUASHFS_COMPRESSOR, E_SQUASHFS_TRUNCATED, E_SQUASHFS_CORRUPT
 */
export async function openSquashfs(file: FileHandle, offset: number, path: string): Promise<SquashfsTree> {
  const available = (await file.stat()).size - offset;
  const { bytesRead, buffer } = await file.read(Buffer.alloc(SUPERBLOCK_BYTES), 0, SUPERBLOCK_BYTES, offset);
  const superblock = parseSuperblock(buffer.subarray(0, bytesRead), available, path, offset);
  return new SquashfsTree(file, fileSource(file, offset, superblock.bytesUsed, path), superblock);
}

/** The tree of files; made by `openSquashfs`. */
export class SquashfsTree implements ImageTree {
  readonly path: string;
  readonly superblock: Superblock;
  readonly #file: FileHandle;
  readonly #source: Source;
  readonly #metadata: Metadata;
  readonly #data: DataReader;

  constructor(file: FileHandle, source: Source, superblock: Superblock) {
    const decompress = decompressor(superblock.compressor, source.path);
    this.path = source.path;
    this.superblock = superblock;
    this.#file = file;
    this.#source = source;
    this.#metadata = new Metadata(source, decompress);
    this.#data = new DataReader(source, superblock, this.#metadata, decompress);
  }

  async stat(name: string, options?: { readonly follow?: boolean }): Promise<TreeStat> {
    return publicStat(await this.#find(name, options?.follow === true));
  }

  async list(name: string): Promise<readonly TreeEntry[]> {
    const entries: TreeEntry[] = [];
    for await (const [child, node] of this.children(await this.#find(name, true, "dir")))
      entries.push({ name: child, stat: publicStat(node) });
    return entries;
  }

  async readlink(name: string): Promise<string> {
    return (await this.#find(name, false, "symlink")).target ?? "";
  }

  read(name: string): Readable {
    return Readable.from(content(this.extents(name)), { objectMode: false });
  }

  async *extents(name: string): AsyncGenerator<Extent> {
    yield* this.#extentsOf(await this.#find(name, true, "file"));
  }

  async readSmall(name: string, max: number): Promise<Buffer> {
    const node = await this.#find(name, true, "file");
    if (node.size > max) throw fail("E_IMAGE_FILE_TOO_BIG", { name, path: this.path, size: node.size, max });
    const parts: Uint8Array[] = [];
    for await (const part of content(this.#extentsOf(node))) parts.push(part);
    return Buffer.concat(parts);
  }

  async xattrs(name: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return this.#xattrsOf(await this.#find(name, false));
  }

  async *walk(name: string, options?: { readonly follow?: boolean }): AsyncGenerator<WalkEntry> {
    const start = await this.#find(name, options?.follow === true);
    for await (const { path, node } of walkTree(this, name, start))
      yield { path, stat: publicStat(node), extents: () => this.#extentsOf(node), xattrs: () => this.#xattrsOf(node) };
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** For `resolvePath`. */
  root(): Promise<Inode> {
    return this.#inode(this.superblock.rootInode);
  }

  /** For `resolvePath`. */
  async child(directory: Inode, name: string): Promise<Inode | undefined> {
    const found = (await this.#entries(directory)).find((entry) => entry.name === name);
    return found && (await this.#inode(found.ref));
  }

  /** For `walkTree`. */
  async *children(directory: Inode): AsyncGenerator<readonly [string, Inode]> {
    for (const { name, ref } of await this.#entries(directory)) yield [name, await this.#inode(ref)];
  }

  /** For `walkTree`. */
  identity({ ref }: Inode): string {
    return `${ref.block}:${ref.offset}`;
  }

  /** For `walkTree`. */
  corrupt(what: string): BerthError {
    return this.#source.corrupt(what);
  }

  async #find(name: string, follow: boolean, wanted?: FileType): Promise<Inode> {
    const node = await resolvePath(this, name, follow);
    if (wanted && node.type !== wanted)
      throw fail("E_IMAGE_PATH_KIND", { name, path: this.path, is: TYPE_NAMES[node.type], wanted: TYPE_NAMES[wanted] });
    return node;
  }

  #inode(ref: DirectoryEntry["ref"]): Promise<Inode> {
    return readInode(this.#source, this.superblock, this.#metadata, ref);
  }

  async #entries({ directory }: Inode): Promise<DirectoryEntry[]> {
    return directory ? readDirectory(this.#source, this.superblock, this.#metadata, directory) : [];
  }

  async *#extentsOf(node: Inode): AsyncGenerator<Extent> {
    if (node.file) yield* this.#data.extents(node.file, node.size);
  }

  async #xattrsOf({ xattrs }: Inode): Promise<ReadonlyMap<string, Uint8Array>> {
    if (xattrs === undefined) return new Map();
    return readXattrs(this.#source, this.superblock, this.#metadata, xattrs);
  }
}

function publicStat({ ref: _ref, directory: _directory, file: _file, xattrs: _xattrs, ...stat }: Inode): TreeStat {
  return stat;
}
