// Reads a zip archive member by member, by its central directory (APPNOTE 4.3, zip64 too), in bounded memory. Knows nothing
// of what the members are; their names are never used as paths. Archives come from mirrors: sizes are checked, not believed.

import type { FileHandle } from "node:fs/promises";
import { crc32, inflateRawSync } from "node:zlib";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "../errors.ts";

/** A file in the archive. */
export interface ZipMember {
  readonly name: string;
  readonly content: Buffer;
}

export interface ZipLimits {
  /** Bytes of one member, unpacked. */
  readonly member: number;
  /** Bytes of all members, unpacked. */
  readonly total: number;
  readonly members: number;
}

/** Beyond what all advisories of the world need today, by a factor of ten. */
export const ZIP_LIMITS: ZipLimits = { member: 16 << 20, total: 32 * 1024 ** 3, members: 2_000_000 };

interface Directory {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const U32 = 0xffffffff;

/** The members whose name passes, in the directory's order. @throws E_ADVISORY_ZIP */
export async function* zipMembers(
  file: FileHandle,
  path: string,
  wanted: (name: string) => boolean,
  limits: ZipLimits = ZIP_LIMITS,
): AsyncGenerator<ZipMember> {
  const { size } = await file.stat();
  const read = (position: number, length: number) => readAt(file, position, length, path);
  const directory = await findDirectory(read, size, path);
  if (directory.count > limits.members) throw broken(path, `it has ${directory.count} members`);
  const members = windowed(read, directory.offset);
  let total = 0;
  let packed = 0;
  for await (const entry of entries(read, directory, path)) {
    if (entry.name.endsWith("/") || !wanted(entry.name)) continue;
    total += entry.size;
    packed += entry.packed;
    // Members that share their bytes make a small archive a big one.
    if (packed > directory.offset) throw broken(path, "its members overlap");
    if (entry.size > limits.member || total > limits.total) throw broken(path, `${shown(entry)} is too big`);
    yield { name: entry.name, content: await contentOf(members, entry, directory, path) };
  }
}

/** Reads bytes at a place of the archive. */
type Read = (position: number, length: number) => Promise<Buffer>;

const WINDOW = 1 << 20;

// Members lie one after the other and are small: many come with one read.
function windowed(read: Read, end: number): Read {
  let start = 0;
  let bytes: Buffer = Buffer.alloc(0);
  return async (position, length) => {
    if (position < start || position + length > start + bytes.length) {
      bytes = await read(position, Math.max(length, Math.min(WINDOW, end - position)));
      start = position;
    }
    return bytes.subarray(position - start, position - start + length);
  };
}

async function findDirectory(read: Read, size: number, path: string): Promise<Directory> {
  const tail = await read(Math.max(0, size - 65_557), Math.min(size, 65_557));
  let at = tail.length - 22;
  while (at >= 0 && tail.readUInt32LE(at) !== END) at -= 1;
  if (at < 0) throw broken(path, "it has no end record");
  const end = size - tail.length + at;
  const plain = {
    count: tail.readUInt16LE(at + 10),
    size: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  const large = plain.count === 0xffff || plain.size === U32 || plain.offset === U32;
  const directory = large ? await directory64(read, end, path) : plain;
  if (directory.offset + directory.size > end) throw broken(path, "its directory lies outside of it");
  return directory;
}

async function directory64(read: Read, end: number, path: string): Promise<Directory> {
  const locator = await read(end - 20, 20);
  if (locator.readUInt32LE(0) !== LOCATOR64) throw broken(path, "its zip64 record is missing");
  const record = await read(number64(locator, 8, path), 56);
  if (record.readUInt32LE(0) !== END64) throw broken(path, "its zip64 record is missing");
  const [count, size, offset] = [32, 40, 48].map((place) => number64(record, place, path));
  return { count: count ?? 0, size: size ?? 0, offset: offset ?? 0 };
}

/** The directory, in pieces: that of a big archive has a hundred megabytes. */
async function* entries(read: Read, directory: Directory, path: string): AsyncGenerator<Entry> {
  let buffer = Buffer.alloc(0);
  let next = directory.offset;
  const end = directory.offset + directory.size;
  const fill = async (need: number) => {
    while (buffer.length < need) {
      const more = Math.min(1 << 20, end - next);
      if (more === 0) throw broken(path, "its directory ends early");
      buffer = Buffer.concat([buffer, await read(next, more)]);
      next += more;
    }
  };
  for (let left = directory.count; left > 0; left -= 1) {
    await fill(46);
    if (buffer.readUInt32LE(0) !== CENTRAL) throw broken(path, "its directory is damaged");
    const [name, extra, comment] = [28, 30, 32].map((at) => buffer.readUInt16LE(at));
    const length = 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
    await fill(length);
    yield entryOf(buffer.subarray(0, length), path);
    buffer = buffer.subarray(length);
  }
}

function entryOf(bytes: Buffer, path: string): Entry {
  const nameEnd = 46 + bytes.readUInt16LE(28);
  const extra = bytes.subarray(nameEnd, nameEnd + bytes.readUInt16LE(30));
  const wide = wideFields(extra);
  const field = (at: number): number => {
    const value = bytes.readUInt32LE(at);
    if (value !== U32) return value;
    const bigger = wide.shift();
    if (bigger === undefined || bigger > BigInt(Number.MAX_SAFE_INTEGER))
      throw broken(path, "a size in it is impossible");
    return Number(bigger);
  };
  // In the order in which the zip64 field has them.
  const [size, packed, offset] = [field(24), field(20), field(42)];
  const [flags, method, crc] = [bytes.readUInt16LE(8), bytes.readUInt16LE(10), bytes.readUInt32LE(16)];
  return { name: bytes.toString("utf8", 46, nameEnd), flags, method, crc, packed, size, offset };
}

function wideFields(extra: Buffer): bigint[] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const [id, length] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)];
    const body = extra.subarray(at + 4, at + 4 + length);
    if (id === 1) return Array.from({ length: body.length >> 3 }, (_, part) => body.readBigUInt64LE(part * 8));
    at += 4 + length;
  }
  return [];
}

async function contentOf(read: Read, entry: Entry, directory: Directory, path: string): Promise<Buffer> {
  const head = await read(entry.offset, 30);
  if (head.readUInt32LE(0) !== LOCAL || (entry.flags & 1) !== 0) throw broken(path, `${shown(entry)} cannot be read`);
  const start = entry.offset + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
  // Compressed data has at least a thousandth of its size, and lies before the directory.
  const impossible = entry.size > entry.packed * 1100 + 64 || entry.packed > entry.size * 1.01 + 1024;
  if (impossible || start + entry.packed > directory.offset)
    throw broken(path, `${shown(entry)} has an impossible size`);
  const packed = await read(start, entry.packed);
  const content = unpacked(packed, entry, path);
  if (content.length !== entry.size || crc32(content) !== entry.crc) throw broken(path, `${shown(entry)} is damaged`);
  return content;
}

function unpacked(packed: Buffer, entry: Entry, path: string): Buffer {
  if (entry.method === 0) return packed;
  if (entry.method !== 8) throw broken(path, `${shown(entry)} is packed in an unknown way`);
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.size) });
  } catch (cause) {
    throw broken(path, `${shown(entry)}: ${reasonOf(cause)}`);
  }
}

async function readAt(file: FileHandle, position: number, length: number, path: string): Promise<Buffer> {
  if (position < 0) throw broken(path, "it is too short");
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead !== length) throw broken(path, "it ends early");
  return buffer;
}

function number64(buffer: Buffer, at: number, path: string): number {
  const value = buffer.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken(path, "a size in it is impossible");
  return Number(value);
}

function shown({ name }: Entry): string {
  return name.slice(0, 100);
}

function broken(path: string, why: string) {
  return fail("E_ADVISORY_ZIP", { path, why });
}
