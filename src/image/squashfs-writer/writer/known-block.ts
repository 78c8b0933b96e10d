// The door to blocks of earlier images: the consumer's side of a library.

import type { FileHandle } from "node:fs/promises";

/** A compressed block in some file. */
export interface KnownBlock {
  readonly file: FileHandle;
  /** Bytes from the beginning of the file. */
  readonly position: number;
  /** Stored size as inodes give it. */
  readonly stored: number;
  /** CRC-32 of the stored bytes. */
  readonly crc: number;
}

export interface BlockSource {
  /** A block with this content that was made by the same codec with the same block size. */
  find(digest: Buffer): KnownBlock | undefined;
}
