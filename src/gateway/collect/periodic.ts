// Collects garbage of all systems now and then, for as long as the server runs.

import { setTimeout as pause } from "node:timers/promises";
import { reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Collector } from "./collector.ts";

export interface PeriodicParts {
  readonly collect: Collector;
  readonly systems: () => Iterable<string>;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Milliseconds between rounds; an hour unless said otherwise. */
  readonly everyMs?: number | undefined;
}

const HOUR_MS = 3_600_000;

/** Resolves when the signal comes; failures are logged and the next round tries again. */
export async function collectPeriodically(parts: PeriodicParts): Promise<void> {
  const { collect, systems, log, signal, everyMs = HOUR_MS } = parts;
  while (await waited(everyMs, signal))
    for (const system of systems()) {
      if (signal.aborted) return;
      try {
        const { expired, orphanFiles, blobs, records, bytes } = await collect(system, false);
        if (expired.length + orphanFiles.length + blobs + records > 0)
          log.info(
            `collected on ${system}: ${expired.length} images, ${orphanFiles.length} files, ${blobs} blobs, ${records} records, ${bytes} bytes`,
          );
      } catch (error) {
        if (!signal.aborted) log.warn(`collecting on ${system} failed: ${reasonOf(error)}`);
      }
    }
}

async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  // Servers that were started together need not collect together.
  const spread = ms * (0.9 + Math.random() * 0.2);
  return pause(spread, true, { signal }).catch(() => false);
}
