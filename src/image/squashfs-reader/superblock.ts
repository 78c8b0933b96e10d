// The first 96 bytes of a squashfs 4.0 file system. Light on purpose: every start of an image reads them.

import { fail } from "./errors.ts";

export const SUPERBLOCK_BYTES = 96;

const MAGIC = 0x73717368;
/** An absent table. */
export const NO_TABLE = Number.MAX_SAFE_INTEGER;

const COMPRESSORS = ["gzip", "lzma", "lzo", "xz", "lz4", "zstd"] as const;

/** How blocks are compressed. */
export type Compressor = (typeof COMPRESSORS)[number];

/** The checked superblock. Table positions are bytes from the beginning of the file system; `NO_TABLE` when absent. */
export interface Superblock {
  readonly inodeCount: number;
  /** Seconds since 1970 at which the file system was made. */
  readonly time: number;
  readonly blockSize: number;
  readonly fragmentCount: number;
  readonly compressor: Compressor;
  readonly flags: number;
  readonly idCount: number;
  /** Position of the root directory's inode: block relative to the inode table, and byte within it. */
  readonly rootInode: { readonly block: number; readonly offset: number };
  /** Bytes of the whole file system. */
  readonly bytesUsed: number;
  readonly idTable: number;
  readonly xattrTable: number;
  readonly inodeTable: number;
  readonly directoryTable: number;
  readonly fragmentTable: number;
  readonly exportTable: number;
}

/** True when bytes begin like a squashfs file system. */
export function looksLikeSquashfs(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && Buffer.from(bytes.buffer, bytes.byteOffset, 4).readUInt32LE(0) === MAGIC;
}

/**
 * Reads a superblock of which `available` bytes of file system follow from its first byte on.
 * @throws E_SQUASHFS_NOT, E_SQUASHFS_VERSION, E_SQUASHFS_COMPRESSOR, E_SQUASHFS_TRUNCATED, E_SQUASHFS_CORRUPT
 */
export function parseSuperblock(bytes: Uint8Array, available: number, path: string, offset = 0): Superblock {
  if (bytes.length < SUPERBLOCK_BYTES || !looksLikeSquashfs(bytes)) throw fail("E_SQUASHFS_NOT", { path, offset });
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, SUPERBLOCK_BYTES);
  const version = `${view.readUInt16LE(28)}.${view.readUInt16LE(30)}`;
  if (version !== "4.0") throw fail("E_SQUASHFS_VERSION", { path, version });
  const id = view.readUInt16LE(20);
  const compressor = COMPRESSORS[id - 1];
  if (!compressor) throw fail("E_SQUASHFS_COMPRESSOR", { path, id });
  const superblock: Superblock = {
    inodeCount: view.readUInt32LE(4),
    time: view.readUInt32LE(8),
    blockSize: view.readUInt32LE(12),
    fragmentCount: view.readUInt32LE(16),
    compressor,
    flags: view.readUInt16LE(24),
    idCount: view.readUInt16LE(26),
    rootInode: { block: position(view, 32) === NO_TABLE ? NO_TABLE : rootBlock(view), offset: view.readUInt16LE(32) },
    bytesUsed: position(view, 40),
    idTable: position(view, 48),
    xattrTable: position(view, 56),
    inodeTable: position(view, 64),
    directoryTable: position(view, 72),
    fragmentTable: position(view, 80),
    exportTable: position(view, 88),
  };
  check(superblock, view.readUInt16LE(22), available, path);
  return superblock;
}

function check(superblock: Superblock, blockLog: number, available: number, path: string): void {
  const corrupt = (what: string) => fail("E_SQUASHFS_CORRUPT", { path, what });
  const { blockSize, bytesUsed } = superblock;
  if (blockSize < 4096 || blockSize > 1 << 20 || blockSize !== 2 ** blockLog)
    throw corrupt(`its block size is ${blockSize}`);
  if (bytesUsed === NO_TABLE || bytesUsed < SUPERBLOCK_BYTES) throw corrupt("its size makes no sense");
  if (bytesUsed > available) throw fail("E_SQUASHFS_TRUNCATED", { path, want: bytesUsed, got: available });
  const inside = (at: number) => at >= SUPERBLOCK_BYTES && at < bytesUsed;
  const { idTable, inodeTable, directoryTable, rootInode } = superblock;
  if (![idTable, inodeTable, directoryTable].every(inside) || !inside(inodeTable + rootInode.block))
    throw corrupt("a table lies outside of it");
  if (inodeTable >= directoryTable) throw corrupt("its tables are out of order");
}

function rootBlock(view: Buffer): number {
  return Number(view.readBigUInt64LE(32) >> 16n);
}

// Positions beyond 2^53 exist in no file: they mean "absent" (all bits set) or damage, and both are outside the file.
function position(view: Buffer, at: number): number {
  const value = view.readBigUInt64LE(at);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? NO_TABLE : Number(value);
}
