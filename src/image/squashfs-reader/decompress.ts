// One compressed block of a squashfs file system to its bytes, never more than the block may hold. gzip and zstd are in
// the runtime, lz4 and lzo are here, xz and lzma go through the program `xz`.

import { spawn } from "node:child_process";
import { inflateSync, zstdDecompressSync } from "node:zlib";
import { fail } from "./errors.ts";
import { decompressLz4 } from "./lz4.ts";
import { decompressLzo } from "./lzo.ts";
import type { Compressor } from "./superblock.ts";

/** Gives the bytes of a block, undefined for a damaged one or one that would exceed `limit`. */
export type Decompress = (block: Uint8Array, limit: number) => Promise<Uint8Array | undefined>;

/** The decompressor of a file system; `path` names the image in errors. Blocks are small: no threads are involved. */
export function decompressor(compressor: Compressor, path: string): Decompress {
  switch (compressor) {
    case "gzip":
      return quiet((block, limit) => inflateSync(block, { maxOutputLength: limit }));
    case "zstd":
      return quiet((block, limit) => zstdDecompressSync(block, { maxOutputLength: limit }));
    case "lz4":
      return quiet(decompressLz4);
    case "lzo":
      return quiet(decompressLzo);
    case "xz":
    case "lzma":
      return (block, limit) => throughXz(compressor, block, limit, path);
  }
}

// Whatever zlib says of a damaged block, the caller knows better which block it was.
function quiet(decompress: (block: Uint8Array, limit: number) => Uint8Array | undefined): Decompress {
  return async (block, limit) => {
    try {
      return decompress(block, limit);
    } catch {
      return undefined;
    }
  };
}

// Blocks name dictionaries of up to 4 GiB; those of squashfs never need more than a block.
const XZ_MEMORY = "--memlimit-decompress=80MiB";

function throughXz(
  format: "xz" | "lzma",
  block: Uint8Array,
  limit: number,
  path: string,
): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const args = ["--decompress", "--stdout", "--quiet", "--single-stream", `--format=${format}`, XZ_MEMORY];
    const child = spawn("xz", args, { stdio: ["pipe", "pipe", "ignore"] });
    const chunks: Buffer[] = [];
    let size = 0;
    child.on("error", (cause) => reject(noTool(format, path, cause)));
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) child.kill("SIGKILL");
      else chunks.push(chunk);
    });
    child.on("close", (code) => resolve(code === 0 && size <= limit ? Buffer.concat(chunks) : undefined));
    // The child may end before it has read all: its exit status says why.
    child.stdin.on("error", () => {});
    child.stdin.end(block);
  });
}

function noTool(compressor: string, path: string, cause: unknown) {
  return fail("E_SQUASHFS_NO_TOOL", { path, compressor, tool: "xz", package: "xz-utils" }, { cause });
}
