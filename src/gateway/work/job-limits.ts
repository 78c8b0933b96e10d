// Watches what a running job takes, and says so when it is more than the site allows. Samples, not a cage: a job may be
// over its limit for as long as one look takes.

import { setTimeout as pause } from "node:timers/promises";
import type { BerthError } from "../../base/errors.ts";
import { formatSize } from "../../base/size.ts";
import { fail } from "./errors.ts";
import { folderBytes } from "./folder-usage.ts";
import { treeMemory } from "./process-usage.ts";

/** What one job may take. */
export interface JobLimits {
  /** Of all its processes, resident. */
  readonly memoryBytes: number;
  /** In its folder. */
  readonly tempBytes: number;
  /** Milliseconds between two looks; 500 unless said otherwise. */
  readonly everyMs?: number | undefined;
}

/** What is watched. */
export interface Watched {
  readonly pid: number;
  readonly folder: string;
}

/** Resolves with the failure as soon as a limit is broken; with nothing when `signal` ends the watch. */
export async function brokenLimit(
  { pid, folder }: Watched,
  limits: JobLimits,
  signal: AbortSignal,
): Promise<BerthError | undefined> {
  const { memoryBytes, tempBytes, everyMs = 500 } = limits;
  let folderAt = 0;
  while (!signal.aborted) {
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return undefined;
    if ((await treeMemory(pid)) > memoryBytes) return fail("E_WORK_MEMORY", { limit: formatSize(memoryBytes) });
    const begun = performance.now();
    if (begun < folderAt) continue;
    if ((await folderBytes(folder, tempBytes)) > tempBytes)
      return fail("E_WORK_TEMP", { limit: formatSize(tempBytes) });
    // A tree of a million files is not looked at every second.
    folderAt = performance.now() + 10 * (performance.now() - begun);
  }
  return undefined;
}
