// A damaged blob shows itself only at the end of its stream, when a conversion may have used it already. So the work
// that reads blobs is done again, once: by then the bad blob is gone from the store and is fetched anew.

import { hasCode } from "../../base/errors.ts";

/** Runs `work`, and once more if a blob of the cache turned out to be damaged or was removed under it. */
export async function withHealing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!hasCode(error, "E_BLOB_CORRUPT") && !hasCode(error, "E_BLOB_MISSING")) throw error;
    return work();
  }
}
