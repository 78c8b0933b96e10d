// An image that was fetched without a cache: a file that nobody else knows of. The launcher removes it once it is open; until
// then whoever fails has to.

import { rmSync } from "node:fs";

/** Does some work with files of which those `forgotten` are nobody else's: they are removed when it fails. */
export async function orRemove<T>(forgotten: readonly string[] | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    removeForgotten(forgotten);
    throw error;
  }
}

/** Removes the files at once: nothing is going to be started from them. */
export function removeForgotten(forgotten: readonly string[] = []): void {
  for (const path of forgotten) rmSync(path, { force: true });
}
