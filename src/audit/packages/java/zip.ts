// Entries of a zip archive in memory, by its central directory (APPNOTE 4.3 and 4.4). What is unpacked is bounded by its
// caller; names, sizes and places are untrusted.

import { inflateRawSync } from "node:zlib";

const END = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
const MAX_ENTRIES = 65_535;

/** A file in the archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes as it says; it may lie. */
  readonly size: number;
  /** Its content. @throws Error when it is damaged, or larger than `max` */
  read(max: number): Buffer;
}

/** Everything in the archive. @throws Error for what is none */
export function* zipEntries(bytes: Buffer): Generator<ZipEntry> {
  const end = endOf(bytes);
  // A program may stand before the archive, as in jars that can be started: places count from where the archive begins.
  const start = end - bytes.readUInt32LE(end + 12);
  const shift = start - bytes.readUInt32LE(end + 16);
  const count = Math.min(bytes.readUInt16LE(end + 10), MAX_ENTRIES);
  let at = start;
  for (let index = 0; index < count; index++) {
    if (bytes.readUInt32LE(at) !== CENTRAL) throw new Error("the archive's directory is damaged");
    const nameEnd = at + CENTRAL_BYTES + bytes.readUInt16LE(at + 28);
    yield entryOf(bytes, at, nameEnd, shift);
    at = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
}

function endOf(bytes: Buffer): number {
  for (let at = bytes.length - END_BYTES; at >= 0 && at >= bytes.length - END_BYTES - MAX_COMMENT; at--)
    if (bytes.readUInt32LE(at) === END) return at;
  throw new Error("it is no zip archive");
}

function entryOf(bytes: Buffer, at: number, nameEnd: number, shift: number): ZipEntry {
  const method = bytes.readUInt16LE(at + 10);
  const packed = bytes.readUInt32LE(at + 20);
  const local = bytes.readUInt32LE(at + 42) + shift;
  return {
    name: bytes.toString("utf8", at + CENTRAL_BYTES, nameEnd),
    size: bytes.readUInt32LE(at + 24),
    read(max) {
      if (bytes.readUInt32LE(local) !== LOCAL) throw new Error("an entry of the archive is not where it should be");
      const start = local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const content = bytes.subarray(start, start + packed);
      if (method === STORED && content.length <= max) return content;
      if (method === DEFLATED) return inflateRawSync(content, { maxOutputLength: Math.max(1, max) });
      throw new Error("an entry of the archive is too large, or packed in another way");
    },
  };
}
