// Compression of one block at a time. The size of the input is told to zstd beforehand, since the frame must not ask
// its reader for a window larger than a block.

import { constants, deflate, deflateSync, zstdCompress, zstdCompressSync } from "node:zlib";

export type Compressor = "gzip" | "zstd";

export interface Codec {
  readonly compressor: Compressor;
  /** Names all that the bytes of a compressed block depend on besides its content. */
  readonly key: string;
  /** Compresses on another thread. */
  compress(bytes: Buffer, done: (error: Error | null, result: Buffer) => void): void;
  compressSync(bytes: Buffer): Buffer;
}

/** What blocks are compressed with when no level is asked for. */
const DEFAULT_LEVEL = { gzip: 9, zstd: 3 } as const;
/** Room for a block that becomes larger by compression: the result comes in one piece. */
const SLACK = 1024;

/** The codec of a choice; undefined level: the default. */
export function codecOf(compressor: Compressor, level: number | undefined): Codec {
  const { versions } = process;
  const chosen = level ?? DEFAULT_LEVEL[compressor];
  if (compressor === "gzip") {
    const options = { level: chosen };
    return {
      compressor,
      key: `gzip-${chosen}-${versions["zlib"]}`,
      compress: (bytes, done) => deflate(bytes, { ...options, chunkSize: bytes.length + SLACK }, done),
      compressSync: (bytes) => deflateSync(bytes, options),
    };
  }
  const params = { [constants.ZSTD_c_compressionLevel]: chosen };
  const options = (bytes: Buffer) => ({ params, pledgedSrcSize: bytes.length, chunkSize: bytes.length + SLACK });
  return {
    compressor,
    key: `zstd-${chosen}-${versions["zstd"]}`,
    compress: (bytes, done) => zstdCompress(bytes, options(bytes), done),
    compressSync: (bytes) => zstdCompressSync(bytes, options(bytes)),
  };
}
