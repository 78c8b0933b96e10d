// The options of a conversion that decide the bytes of its result. Whatever is added here becomes part of an image's key.

import { defineErrors } from "../base/errors.ts";

export const COMPRESSORS = ["zstd", "gzip", "xz", "lz4", "lzo"] as const;
export type Compressor = (typeof COMPRESSORS)[number];

export interface ConversionOptions {
  readonly compression: Compressor;
  /** Compression level; undefined: zstd 3, and the writer's own default for the others. */
  readonly level: number | undefined;
  /** Bytes; a power of two from 4 KiB to 1 MiB. */
  readonly blockSize: number;
  /** Make what its owner could not read readable (and record the exact modes). */
  readonly fixPermissions: boolean;
  readonly owners: "keep" | "squash";
  /** For images of a whole site, whose files all belong to root: everybody may read what is in it, and nothing sets an id. */
  readonly shared?: true;
  /** Leave out those extended attributes too that are harmless. */
  readonly xattrs?: "drop";
}

const fail = defineErrors({
  E_COMPRESSION_UNKNOWN: {
    text: '"{name}" is not a compression that squashfs has',
    hint: `choose one of ${COMPRESSORS.join(", ")}`,
    exit: 1,
  },
  E_LEVEL_INVALID: {
    text: '"{level}" is not a level of {compression}',
    hint: "zstd has 1 to 22, gzip 1 to 9, lzo 1 to 9; xz and lz4 have none",
    exit: 1,
  },
  E_BLOCK_SIZE_INVALID: {
    text: "a squashfs block cannot have {size} bytes",
    hint: "choose a power of two from 4K to 1M, such as 128K",
    exit: 1,
  },
});

const LEVELS: Readonly<Record<Compressor, number>> = { zstd: 22, gzip: 9, lzo: 9, xz: 0, lz4: 0 };

/** What berth does when nothing is asked: zstd level 3 in 128 KiB blocks is the knee of size against time. */
export const DEFAULT_CONVERSION: ConversionOptions = {
  compression: "zstd",
  level: 3,
  blockSize: 131_072,
  fixPermissions: true,
  owners: "keep",
};

/** Checks a choice. @throws E_COMPRESSION_UNKNOWN, E_LEVEL_INVALID, E_BLOCK_SIZE_INVALID */
export function conversionOptions(choice: {
  readonly compression?: string | undefined;
  readonly level?: string | undefined;
  readonly blockSize?: number | undefined;
  readonly fixPermissions?: boolean;
  readonly owners?: "keep" | "squash";
}): ConversionOptions {
  const compression = COMPRESSORS.find((name) => name === (choice.compression ?? "zstd"));
  if (!compression) throw fail("E_COMPRESSION_UNKNOWN", { name: choice.compression });
  const size = choice.blockSize ?? DEFAULT_CONVERSION.blockSize;
  if (size < 4096 || size > 1_048_576 || (size & (size - 1)) !== 0) throw fail("E_BLOCK_SIZE_INVALID", { size });
  return {
    compression,
    level:
      choice.level === undefined ? (compression === "zstd" ? 3 : undefined) : checkedLevel(choice.level, compression),
    blockSize: size,
    fixPermissions: choice.fixPermissions ?? true,
    owners: choice.owners ?? "keep",
  };
}

function checkedLevel(text: string, compression: Compressor): number {
  const level = Number(text);
  if (!Number.isInteger(level) || level < 1 || level > LEVELS[compression]) {
    throw fail("E_LEVEL_INVALID", { level: text, compression });
  }
  return level;
}
