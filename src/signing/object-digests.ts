// Digests of the objects of a SIF file, each computed once however many signatures ask for it: a partition has gigabytes.

import type { FileHandle } from "node:fs/promises";
import type { SifDescriptor } from "../image/sif/types.ts";
import { type DigestAlgorithm, startHash } from "./digests.ts";

const CHUNK = 1024 * 1024;

/** Answers the digest of an object in hexadecimal. */
export type ObjectDigests = (object: SifDescriptor, algorithm: DigestAlgorithm) => Promise<string>;

/** Digests of the objects of one open file, remembered. */
export function objectDigests(handle: FileHandle, signal?: AbortSignal): ObjectDigests {
  const known = new Map<string, Promise<string>>();
  return (object, algorithm) => {
    const key = `${algorithm} ${object.id}`;
    const found = known.get(key) ?? digest(handle, [object], algorithm, signal);
    known.set(key, found);
    return found;
  };
}

/** The digest over the contents of several objects one after the other (as signatures of the old form have it). */
export async function digest(
  handle: FileHandle,
  objects: readonly SifDescriptor[],
  algorithm: DigestAlgorithm,
  signal?: AbortSignal,
): Promise<string> {
  const hash = startHash(algorithm);
  const chunk = Buffer.allocUnsafe(CHUNK);
  for (const { offset, size } of objects) {
    for (let done = 0; done < size; ) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(chunk, 0, Math.min(CHUNK, size - done), offset + done);
      // The file shrank under us: the digest of what is left fits nothing.
      if (bytesRead === 0) return "";
      hash.update(chunk.subarray(0, bytesRead));
      done += bytesRead;
    }
  }
  return hash.digest("hex");
}
