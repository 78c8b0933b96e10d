// A squashfs 4.0 file system inside a file, read without mounting it. Everything in it is somebody else's: a damaged or
// hostile one ends in an error of this room, never in endless work or memory.

import type { BerthError } from "../../base/errors.ts";
import { DataReader } from "./data.ts";
import { decompressor } from "./decompress.ts";
import { type DirectoryEntry, readDirectory } from "./directory.ts";
import { type Inode, readInode } from "./inode.ts";
import { Metadata } from "./metadata.ts";
import { type NodeSource, nodeTree } from "./node-tree.ts";
import { randomFile } from "./random-file.ts";
import { fileSource, type RandomFile, type Source } from "./source.ts";
import { parseSuperblock, SUPERBLOCK_BYTES, type Superblock } from "./superblock.ts";
import type { Extent, ImageTree, TreeStat } from "./tree.ts";
import { readXattrs } from "./xattrs.ts";

/** A squashfs file system's files. */
export interface SquashfsTree extends ImageTree {
  readonly superblock: Superblock;
}

/**
 * Opens the file system at byte `offset` of an open file, which `close()` of the result closes.
 * `path` names the image in errors.
 * @throws E_SQUASHFS_NOT, E_SQUASHFS_VERSION, E_SQUASHFS_COMPRESSOR, E_SQUASHFS_TRUNCATED, E_SQUASHFS_CORRUPT
 */
export async function openSquashfs(file: RandomFile, offset: number, path: string): Promise<SquashfsTree> {
  const available = (await file.stat()).size - offset;
  const buffer = Buffer.alloc(SUPERBLOCK_BYTES);
  const { bytesRead } = await file.read(buffer, 0, SUPERBLOCK_BYTES, offset);
  const superblock = parseSuperblock(buffer.subarray(0, bytesRead), available, path, offset);
  const inodes = new Inodes(file, fileSource(file, offset, superblock.bytesUsed, path), superblock);
  return { ...nodeTree(inodes), superblock };
}

/** The inodes of a file system, and what can be done with one. */
class Inodes implements NodeSource<Inode> {
  readonly path: string;
  readonly superblock: Superblock;
  readonly #file: RandomFile;
  readonly #source: Source;
  readonly #metadata: Metadata;
  readonly #data: DataReader;

  constructor(file: RandomFile, source: Source, superblock: Superblock) {
    const decompress = decompressor(superblock.compressor, source.path);
    this.path = source.path;
    this.superblock = superblock;
    this.#file = file;
    this.#source = source;
    this.#metadata = new Metadata(source, decompress);
    this.#data = new DataReader(source, superblock, this.#metadata, decompress);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  root(): Promise<Inode> {
    return this.#inode(this.superblock.rootInode);
  }

  async child(directory: Inode, name: string): Promise<Inode | undefined> {
    const found = (await this.#entries(directory)).find((entry) => entry.name === name);
    return found && (await this.#inode(found.ref));
  }

  async *children(directory: Inode): AsyncGenerator<readonly [string, Inode]> {
    for (const { name, ref } of await this.#entries(directory)) yield [name, await this.#inode(ref)];
  }

  identity({ ref }: Inode): string {
    return `${ref.block}:${ref.offset}`;
  }

  corrupt(what: string): BerthError {
    return this.#source.corrupt(what);
  }

  #inode(ref: DirectoryEntry["ref"]): Promise<Inode> {
    return readInode(this.#source, this.superblock, this.#metadata, ref);
  }

  async #entries({ directory }: Inode): Promise<DirectoryEntry[]> {
    return directory ? readDirectory(this.#source, this.superblock, this.#metadata, directory) : [];
  }

  async *extentsOf(node: Inode): AsyncGenerator<Extent> {
    if (node.file) yield* this.#data.extents(node.file, node.size);
  }

  async openNode(node: Inode): Promise<RandomFile> {
    if (!node.file) throw this.corrupt("a regular file without a place for its content");
    return randomFile(this.#data, node.file, node.size);
  }

  async xattrsOf({ xattrs }: Inode): Promise<ReadonlyMap<string, Uint8Array>> {
    if (xattrs === undefined) return new Map();
    return readXattrs(this.#source, this.superblock, this.#metadata, xattrs);
  }

  statOf({ ref: _ref, directory: _directory, file: _file, xattrs: _xattrs, ...stat }: Inode): TreeStat {
    return stat;
  }
}
