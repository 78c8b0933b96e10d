// Copies bytes from one open file to another, leaving out blocks of zeros, so that a sparse file system stays sparse.

import type { FileHandle } from "node:fs/promises";
import { writeAll } from "../sif/write-all.ts";

const CHUNK_BYTES = 4 * 1024 * 1024;

/** A place in an open file. */
export interface Spot {
  readonly file: FileHandle;
  readonly offset: number;
}

/** Copies `size` bytes into a region that is zero or beyond the end. The signal is asked between chunks. */
export async function copyRange(from: Spot, to: Spot, size: number, signal?: AbortSignal): Promise<void> {
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size));
  const zeros = Buffer.alloc(chunk.length);
  for (let at = 0; at < size; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await from.file.read(chunk, 0, Math.min(chunk.length, size - at), from.offset + at);
    if (bytesRead === 0) throw new Error("the file became shorter while it was copied");
    const bytes = chunk.subarray(0, bytesRead);
    if (!bytes.equals(zeros.subarray(0, bytesRead))) await writeAll(to.file, bytes, to.offset + at);
    at += bytesRead;
  }
}
