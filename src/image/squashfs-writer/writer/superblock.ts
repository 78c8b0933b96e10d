// The first 96 bytes of the file system.

export interface SuperblockFields {
  readonly inodeCount: number;
  /** Seconds since 1970. */
  readonly time: number;
  readonly blockSize: number;
  readonly fragmentCount: number;
  readonly compressor: "gzip" | "zstd";
  readonly idCount: number;
  readonly hasXattrs: boolean;
  /** Inode of the root directory: block in the inode table, and byte. */
  readonly root: { readonly block: number; readonly offset: number };
  readonly bytesUsed: number;
  /** Positions in the file system; -1: absent. */
  readonly tables: {
    readonly ids: number;
    readonly xattrs: number;
    readonly inodes: number;
    readonly directories: number;
    readonly fragments: number;
    readonly exports: number;
  };
}

export const SUPERBLOCK_BYTES = 96;
const MAGIC = 0x73717368;
const COMPRESSOR = { gzip: 1, zstd: 6 } as const;
/** Tail ends are packed, equal files share their data, inodes can be found by number. */
const FLAGS = 0x20 | 0x40 | 0x80;
const NO_XATTRS = 0x200;

export function encodeSuperblock(fields: SuperblockFields): Buffer {
  const b = Buffer.alloc(SUPERBLOCK_BYTES);
  b.writeUInt32LE(MAGIC, 0);
  b.writeUInt32LE(fields.inodeCount, 4);
  b.writeUInt32LE(fields.time, 8);
  b.writeUInt32LE(fields.blockSize, 12);
  b.writeUInt32LE(fields.fragmentCount, 16);
  b.writeUInt16LE(COMPRESSOR[fields.compressor], 20);
  b.writeUInt16LE(Math.log2(fields.blockSize), 22);
  b.writeUInt16LE(fields.hasXattrs ? FLAGS : FLAGS | NO_XATTRS, 24);
  b.writeUInt16LE(fields.idCount, 26);
  b.writeUInt16LE(4, 28);
  b.writeUInt16LE(fields.root.offset, 32);
  b.writeUIntLE(fields.root.block, 34, 6);
  const { ids, xattrs, inodes, directories, fragments, exports } = fields.tables;
  const positions = [fields.bytesUsed, ids, xattrs, inodes, directories, fragments, exports];
  for (const [i, position] of positions.entries()) b.writeBigInt64LE(BigInt(position), 40 + 8 * i);
  return b;
}
