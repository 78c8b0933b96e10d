// Inodes in their basic and extended forms, written one after the other.

import type { Codec } from "./codec.ts";
import { Column } from "./columns.ts";
import type { Contents } from "./contents.ts";
import { EXTENDED, KIND, NONE, type Place } from "./format.ts";
import { MetadataStream } from "./metadata.ts";
import { NODE, type Tree } from "./tree.ts";

const LARGE = 2 ** 32;
/** Of a basic directory inode: the size is a field of 16 bits. */
const MAX_LISTING = 0xffff;

/** The kind of inode that a node of the tree has. */
export function inodeKind(kind: number): number {
  if (kind === NODE.file) return KIND.file;
  if (kind === NODE.symlink) return KIND.symlink;
  return kind === NODE.fifo ? KIND.fifo : KIND.dir;
}

/** A directory's listing, as its inode describes it. */
export interface Listing {
  readonly place: Place;
  readonly bytes: number;
  /** Encoded index entries, for directories of several metadata blocks. */
  readonly index: readonly Buffer[];
}

export class InodeTable {
  readonly stream: MetadataStream;
  /** By inode number - 1: where it is. */
  readonly block = new Column("u32");
  readonly offset = new Column("u16");
  readonly #tree: Tree;
  readonly #contents: Contents;
  readonly #buffer = Buffer.alloc(64);

  constructor(tree: Tree, contents: Contents, codec: Codec) {
    this.#tree = tree;
    this.#contents = contents;
    this.stream = new MetadataStream(codec);
  }

  /** Keeps `count` numbers for inodes that are written later. */
  reserve(count: number): void {
    for (let i = 0; i < count; i++) this.#locate(this.block.length + 1);
  }

  /** Writes the inode of anything but a directory under the next number, which it gives back. */
  write(node: number): number {
    const number = this.block.length + 1;
    this.#locate(number);
    const kind = this.#tree.kind.get(node);
    if (kind === NODE.file) this.#file(node, number);
    else this.#special(node, number);
    return number;
  }

  /** Writes a directory's inode under a number that was kept for it. */
  writeDirectory(node: number, number: number, parent: number, { place, bytes, index }: Listing): void {
    this.#locate(number);
    const xattr = this.#tree.xattr.get(node);
    const links = 2 + this.#tree.links.get(node);
    // "." and "..", which are not stored, count as three bytes.
    const size = bytes + 3;
    const b = this.#buffer;
    if (size <= MAX_LISTING && xattr === NONE && index.length === 0) {
      this.#header(node, number, KIND.dir);
      b.writeUInt32LE(place.block, 16);
      b.writeUInt32LE(links, 20);
      b.writeUInt16LE(size, 24);
      b.writeUInt16LE(place.offset, 26);
      b.writeUInt32LE(parent, 28);
      this.stream.write(b, 32);
      return;
    }
    this.#header(node, number, KIND.dir + EXTENDED);
    b.writeUInt32LE(links, 16);
    b.writeUInt32LE(size, 20);
    b.writeUInt32LE(place.block, 24);
    b.writeUInt32LE(parent, 28);
    b.writeUInt16LE(index.length, 32);
    b.writeUInt16LE(place.offset, 34);
    b.writeUInt32LE(xattr, 36);
    this.stream.write(b, 40);
    for (const entry of index) this.stream.write(entry);
  }

  #file(node: number, number: number): void {
    const { size, start, sparse, fragment, fragmentOffset } = this.#contents;
    const record = this.#tree.data.get(node);
    const [bytes, at, holes] = [size.get(record), start.get(record), sparse.get(record)];
    const [links, xattr] = [this.#tree.links.get(node), this.#tree.xattr.get(node)];
    const b = this.#buffer;
    if (bytes < LARGE && at < LARGE && holes === 0 && links === 1 && xattr === NONE) {
      this.#header(node, number, KIND.file);
      b.writeUInt32LE(at, 16);
      b.writeUInt32LE(fragment.get(record), 20);
      b.writeUInt32LE(fragmentOffset.get(record), 24);
      b.writeUInt32LE(bytes, 28);
      this.stream.write(b, 32);
    } else {
      this.#header(node, number, KIND.file + EXTENDED);
      b.writeBigUInt64LE(BigInt(at), 16);
      b.writeBigUInt64LE(BigInt(bytes), 24);
      b.writeBigUInt64LE(BigInt(holes), 32);
      b.writeUInt32LE(links, 40);
      b.writeUInt32LE(fragment.get(record), 44);
      b.writeUInt32LE(fragmentOffset.get(record), 48);
      b.writeUInt32LE(xattr, 52);
      this.stream.write(b, 56);
    }
    this.#blockSizes(record);
  }

  #blockSizes(record: number): void {
    const { firstBlock, blockCount, blockSizes } = this.#contents;
    const first = firstBlock.get(record);
    for (let i = 0; i < blockCount.get(record); i++) {
      this.#buffer.writeUInt32LE(blockSizes.get(first + i));
      this.stream.write(this.#buffer, 4);
    }
  }

  /** Symbolic links and named pipes. */
  #special(node: number, number: number): void {
    const { tree, b } = { tree: this.#tree, b: this.#buffer };
    const xattr = tree.xattr.get(node);
    const kind = inodeKind(tree.kind.get(node));
    this.#header(node, number, xattr === NONE ? kind : kind + EXTENDED);
    b.writeUInt32LE(tree.links.get(node), 16);
    if (kind === KIND.symlink) {
      const target = tree.target(node);
      b.writeUInt32LE(target.length, 20);
      this.stream.write(b, 24);
      this.stream.write(target);
    } else {
      this.stream.write(b, 20);
    }
    if (xattr === NONE) return;
    b.writeUInt32LE(xattr);
    this.stream.write(b, 4);
  }

  #header(node: number, number: number, kind: number): void {
    const { tree, b } = { tree: this.#tree, b: this.#buffer };
    b.writeUInt16LE(kind, 0);
    b.writeUInt16LE(tree.mode.get(node), 2);
    b.writeUInt16LE(tree.uid.get(node), 4);
    b.writeUInt16LE(tree.gid.get(node), 6);
    b.writeUInt32LE(tree.mtime.get(node), 8);
    b.writeUInt32LE(number, 12);
  }

  #locate(number: number): void {
    const { block, offset } = this.stream.place;
    if (number > this.block.length) {
      this.block.push(block);
      this.offset.push(offset);
    } else {
      this.block.set(number - 1, block);
      this.offset.set(number - 1, offset);
    }
  }
}
