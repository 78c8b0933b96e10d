// The bytes of a user's file in the gateway's own folder, measured on their way. Everything further works on this copy, so
// that nobody can change it between a look and the next.

import { createHash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { type Digest, parseDigest } from "../../../base/digest.ts";
import type { Caller } from "./as-caller.ts";
import { openAsCaller } from "./caller-file.ts";
import { fail } from "./errors.ts";
import { fastHash } from "./fast-hash.ts";

export interface PrivateCopy {
  readonly path: string;
  readonly bytes: number;
  readonly digest: Digest;
  /** Hexadecimal; see fast-hash.ts. */
  readonly fastHash: string;
}

export interface CopyRequest {
  /** The user's file. */
  readonly path: string;
  readonly caller: Caller;
  /** Where the copy shall be; nothing must be there. */
  readonly target: string;
  /** Bytes that it may have. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Copies the file; after a failure nothing is left. @throws E_IMPORT_…, and what writing the copy throws */
export async function privateCopy({ path, caller, target, maxBytes, signal }: CopyRequest): Promise<PrivateCopy> {
  const source = await openAsCaller(path, caller, { signal });
  const [whole, fast] = [createHash("sha256"), fastHash()];
  try {
    if (source.size > maxBytes) throw fail("E_IMPORT_LIMIT", { path, limit: maxBytes });
    const file = await open(target, "wx", 0o600);
    try {
      for await (const chunk of source.chunks) {
        whole.update(chunk);
        fast.update(chunk);
        await writeAll(file, chunk);
      }
    } finally {
      await file.close();
    }
    const digest = parseDigest(`sha256:${whole.digest("hex")}`);
    return { path: target, bytes: source.size, digest, fastHash: fast.digest() };
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  } finally {
    await source.close();
  }
}

async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
}
