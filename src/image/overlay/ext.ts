// What the superblock of an ext2, ext3 or ext4 file system says. Pure: bytes in, facts out; the bytes come from anyone.

/** Where the superblock ends, counted from the beginning of the file system. */
export const EXT_HEAD_BYTES = 2048;

const SUPERBLOCK = 1024;
const MAGIC = 0xef53;
const COMPAT_JOURNAL = 0x4;
const INCOMPAT_RECOVER = 0x4;
const INCOMPAT_EXTENTS = 0x40;
const INCOMPAT_64BIT = 0x80;
const STATE_CLEAN = 1;
const STATE_ERRORS = 2;

/** Facts about an ext file system. */
export interface ExtFacts {
  readonly type: "ext2" | "ext3" | "ext4";
  /** Bytes. */
  readonly size: number;
  /** Bytes; exact only while nothing has it open. */
  readonly free: number;
  readonly inodes: number;
  readonly freeInodes: number;
  /** Closed properly after its last use, without errors and with nothing left in its journal. */
  readonly clean: boolean;
  readonly uuid: string;
}

/** The facts, or undefined when the bytes (at least EXT_HEAD_BYTES) are no ext file system. */
export function parseExt(head: Uint8Array): ExtFacts | undefined {
  if (head.length < EXT_HEAD_BYTES) return undefined;
  const bytes = Buffer.from(head.buffer, head.byteOffset + SUPERBLOCK, 1024);
  const shift = bytes.readUInt32LE(24);
  if (bytes.readUInt16LE(56) !== MAGIC || shift > 6) return undefined;
  const incompat = bytes.readUInt32LE(96);
  const wide = (incompat & INCOMPAT_64BIT) !== 0;
  const blocks = (low: number, high: number) =>
    bytes.readUInt32LE(low) + (wide ? bytes.readUInt32LE(high) * 2 ** 32 : 0);
  const state = bytes.readUInt16LE(58);
  return {
    type: extType(bytes.readUInt32LE(92), incompat),
    size: blocks(4, 0x150) * 1024 * 2 ** shift,
    free: blocks(12, 0x158) * 1024 * 2 ** shift,
    inodes: bytes.readUInt32LE(0),
    freeInodes: bytes.readUInt32LE(16),
    clean: (state & STATE_CLEAN) !== 0 && (state & STATE_ERRORS) === 0 && (incompat & INCOMPAT_RECOVER) === 0,
    uuid: bytes.toString("hex", 104, 120).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
  };
}

function extType(compat: number, incompat: number): ExtFacts["type"] {
  if ((incompat & INCOMPAT_EXTENTS) !== 0) return "ext4";
  return (compat & COMPAT_JOURNAL) !== 0 ? "ext3" : "ext2";
}
