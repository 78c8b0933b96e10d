// Reads blobs of the store again and removes the damaged ones.

import { utimes } from "node:fs/promises";
import type { Expected } from "../../base/digest.ts";
import { hasCode } from "../../base/errors.ts";
import type { Progress } from "../../base/log.ts";
import type { ContentStore } from "./content-store.ts";

/** Digests of the blobs that were damaged, and how many were looked at. */
export interface Verified {
  readonly checked: number;
  readonly damaged: readonly string[];
}

/** Hashes these blobs, one after the other; the store itself says and removes each damaged one. */
export async function verifyBlobs(
  store: ContentStore,
  blobs: readonly Expected[],
  options: { readonly progress: Progress; readonly signal?: AbortSignal | undefined },
): Promise<Verified> {
  const damaged: string[] = [];
  const total = blobs.reduce((sum, blob) => sum + blob.size, 0);
  const task = options.progress.start("verify", total);
  for (const blob of blobs) {
    try {
      for await (const piece of await store.open(blob, options)) task.advance((piece as Buffer).length);
    } catch (error) {
      options.signal?.throwIfAborted();
      // Not there, or removed by another process meanwhile: nothing is wrong.
      if (hasCode(error, "E_BLOB_MISSING")) continue;
      if (!hasCode(error, "E_BLOB_CORRUPT")) throw error;
      damaged.push(blob.digest);
    }
  }
  task.done();
  return { checked: blobs.length, damaged };
}

/** Hashes all blobs of the store. Being checked is no use: the order in which `cache clean --keep` removes stays. */
export async function verifyStore(
  store: ContentStore,
  options: { readonly progress: Progress; readonly signal?: AbortSignal | undefined },
): Promise<Verified> {
  const blobs = await store.list();
  const verified = await verifyBlobs(store, blobs, options);
  for (const { path, lastUsed, created } of blobs)
    await utimes(path, new Date(lastUsed), new Date(created)).catch(() => undefined);
  return verified;
}
