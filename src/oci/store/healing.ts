// A damaged blob of the cache shows itself late: at the end of its stream, or earlier as nonsense to whoever unpacks it.
// So when work that reads blobs fails, they are looked at, and if one was bad (and is gone by then) the work is done
// again, once, with that blob fetched anew.

import { hasCode } from "../../base/errors.ts";

export interface Healing {
  /** Reads the blobs that the work uses out of the store; true when one was damaged, which removes it. */
  readonly damaged: () => Promise<boolean>;
  readonly signal?: AbortSignal | undefined;
}

/** Runs `work`, and once more if it failed because of a blob of the cache. */
export async function withHealing<T>(healing: Healing, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (healing.signal?.aborted) throw error;
    const told = hasCode(error, "E_BLOB_CORRUPT") || hasCode(error, "E_BLOB_MISSING");
    if (!told && !(await healing.damaged())) throw error;
    return work();
  }
}
