// Numbers of the squashfs 4.0 format that several parts of the writer need (Linux, fs/squashfs/squashfs_fs.h).

/** Bytes of a metadata block before compression. */
export const METADATA_BYTES = 8192;
/** "None" in a field of 32 bits: no fragment, no attributes. */
export const NONE = 0xffff_ffff;
/** Set in the size of a data or fragment block that is stored as it is. */
export const STORED_RAW = 1 << 24;
/** Set in the size of a metadata block that is stored as it is. */
export const METADATA_RAW = 1 << 15;

/** Kinds of inodes; the extended form has a number that is 7 higher. */
export const KIND = { dir: 1, file: 2, symlink: 3, fifo: 6 } as const;
export const EXTENDED = 7;

/** Where something begins in a table of metadata: the block's position in the table, and the byte in the block. */
export interface Place {
  readonly block: number;
  readonly offset: number;
}
