// Inodes of squashfs 4.0: seven kinds, each in a basic and an extended form.

import type { Cursor, Metadata } from "./metadata.ts";
import { decodeName } from "./name.ts";
import type { Source } from "./source.ts";
import { NO_TABLE, type Superblock } from "./superblock.ts";
import type { FileType, TreeStat } from "./tree.ts";

const NO_INDEX = 0xffff_ffff;
const MAX_TARGET_BYTES = 65_536;

/** Where an inode is stored: block relative to the inode table, byte within the decompressed block. */
export interface InodeRef {
  readonly block: number;
  readonly offset: number;
}

/** Where a directory's entries are: block relative to the directory table, byte within it, length in bytes. */
export interface DirectoryRef extends InodeRef {
  readonly bytes: number;
}

/** Where a regular file's data is. */
export interface FileRef {
  /** Position of the first data block. */
  readonly start: number;
  /** Index of the fragment with the tail, undefined when all data is in blocks. */
  readonly fragment: number | undefined;
  readonly fragmentOffset: number;
  /** A cursor at the sizes of the data blocks, four bytes each. */
  readonly blockSizes: () => Cursor;
}

/** One inode: what anybody may know of it, and where its content is. */
export interface Inode extends TreeStat {
  readonly ref: InodeRef;
  readonly directory?: DirectoryRef;
  readonly file?: FileRef;
  /** Index into the table of extended attributes. */
  readonly xattrs?: number;
}

type Body = Omit<Inode, "type" | "mode" | "uid" | "gid" | "mtime" | "inode" | "ref">;

const TYPES: readonly FileType[] = ["dir", "file", "symlink", "block", "char", "fifo", "socket"];

/** Reads one inode. @throws E_SQUASHFS_CORRUPT */
export async function readInode(source: Source, superblock: Superblock, meta: Metadata, ref: InodeRef): Promise<Inode> {
  const cursor = meta.cursor(superblock.inodeTable + ref.block, ref.offset);
  const header = await cursor.take(16);
  const code = header.readUInt16LE(0);
  const type = TYPES[(code - 1) % TYPES.length];
  if (!type || code > 2 * TYPES.length) throw source.corrupt(`there is no inode at ${ref.block}:${ref.offset}`);
  const extended = code > TYPES.length;
  const id = (at: number) => readId(source, superblock, meta, header.readUInt16LE(at));
  return {
    type,
    mode: header.readUInt16LE(2) & 0o7777,
    uid: await id(4),
    gid: await id(6),
    mtime: header.readUInt32LE(8),
    inode: header.readUInt32LE(12),
    ref,
    ...(await readBody(type, extended, cursor, source)),
  };
}

function readBody(type: FileType, extended: boolean, cursor: Cursor, source: Source): Promise<Body> {
  switch (type) {
    case "dir":
      return extended ? extendedDirectory(cursor) : directory(cursor);
    case "file":
      return extended ? extendedFile(cursor, source) : file(cursor);
    case "symlink":
      return symlink(extended, cursor, source);
    case "block":
    case "char":
      return device(extended, cursor);
    case "fifo":
    case "socket":
      return ipc(extended, cursor);
  }
}

async function directory(cursor: Cursor): Promise<Body> {
  const body = await cursor.take(16);
  const bytes = body.readUInt16LE(8);
  const place = { block: body.readUInt32LE(0), offset: body.readUInt16LE(10), bytes: listing(bytes) };
  return { nlink: body.readUInt32LE(4), size: bytes, directory: place };
}

async function extendedDirectory(cursor: Cursor): Promise<Body> {
  const body = await cursor.take(24);
  const bytes = body.readUInt32LE(4);
  const place = { block: body.readUInt32LE(8), offset: body.readUInt16LE(18), bytes: listing(bytes) };
  return { nlink: body.readUInt32LE(0), size: bytes, directory: place, ...xattrIndex(body.readUInt32LE(20)) };
}

// The stored size counts "." and "..", which are not stored, as three bytes.
function listing(bytes: number): number {
  return Math.max(bytes - 3, 0);
}

async function file(cursor: Cursor): Promise<Body> {
  const body = await cursor.take(16);
  const data = { start: body.readUInt32LE(0), ...fragment(body, 4), blockSizes: () => cursor.fork() };
  return { nlink: 1, size: body.readUInt32LE(12), file: data };
}

async function extendedFile(cursor: Cursor, source: Source): Promise<Body> {
  const body = await cursor.take(40);
  const [start, size] = [body.readBigUInt64LE(0), body.readBigUInt64LE(8)];
  if (start > BigInt(source.size) || size >= BigInt(NO_TABLE)) throw source.corrupt(`a file claims ${size} bytes`);
  const data = { start: Number(start), ...fragment(body, 28), blockSizes: () => cursor.fork() };
  return { nlink: body.readUInt32LE(24), size: Number(size), file: data, ...xattrIndex(body.readUInt32LE(36)) };
}

function fragment(body: Buffer, at: number): Pick<FileRef, "fragment" | "fragmentOffset"> {
  const index = body.readUInt32LE(at);
  return { fragment: index === NO_INDEX ? undefined : index, fragmentOffset: body.readUInt32LE(at + 4) };
}

async function symlink(extended: boolean, cursor: Cursor, source: Source): Promise<Body> {
  const body = await cursor.take(8);
  const size = body.readUInt32LE(4);
  if (size > MAX_TARGET_BYTES) throw source.corrupt(`a symbolic link claims a target of ${size} bytes`);
  const target = decodeName(await cursor.take(size));
  const xattrs = extended ? xattrIndex((await cursor.take(4)).readUInt32LE(0)) : {};
  return { nlink: body.readUInt32LE(0), size, target, ...xattrs };
}

async function device(extended: boolean, cursor: Cursor): Promise<Body> {
  const body = await cursor.take(extended ? 12 : 8);
  const number = body.readUInt32LE(4);
  const rdev = { major: (number >> 8) & 0xfff, minor: (number & 0xff) | ((number >>> 12) & 0xfff00) };
  return { nlink: body.readUInt32LE(0), size: 0, rdev, ...(extended ? xattrIndex(body.readUInt32LE(8)) : {}) };
}

async function ipc(extended: boolean, cursor: Cursor): Promise<Body> {
  const body = await cursor.take(extended ? 8 : 4);
  return { nlink: body.readUInt32LE(0), size: 0, ...(extended ? xattrIndex(body.readUInt32LE(4)) : {}) };
}

function xattrIndex(index: number): { readonly xattrs?: number } {
  return index === NO_INDEX ? {} : { xattrs: index };
}

async function readId(source: Source, superblock: Superblock, meta: Metadata, index: number): Promise<number> {
  if (index >= superblock.idCount) throw source.corrupt(`an owner has the index ${index} of ${superblock.idCount}`);
  return (await meta.entry(superblock.idTable, index, 4)).readUInt32LE(0);
}
