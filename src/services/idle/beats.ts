// Pieces of work that come again and again, each in its own time and never twice at once. A failure is logged; the next
// time tries again.

import { setTimeout as pause } from "node:timers/promises";
import { reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";

/** Work that comes again. */
export interface Recurring {
  readonly what: string;
  readonly everyMs: () => number;
  readonly work: () => Promise<void>;
}

/** Work under way. */
export interface Beat {
  /** Resolves when what is under way has ended; nothing begins any more. */
  end(): Promise<void>;
}

/** Begins all of it; the first time is one interval from now. */
export function startBeats(works: readonly Recurring[], log: Log): Beat {
  const stop = new AbortController();
  const running = works.map((work) => beat(work, log, stop.signal));
  return {
    async end() {
      stop.abort();
      await Promise.all(running);
    },
  };
}

// A timer of Node ends at once when told more than the greatest; work without a pause between would be all that is done.
const PAUSE = { least: 100, most: 2 ** 31 - 1 };

async function beat({ what, everyMs, work }: Recurring, log: Log, signal: AbortSignal): Promise<void> {
  const wait = () => Math.min(PAUSE.most, Math.max(PAUSE.least, everyMs()));
  while (await pause(wait(), true, { signal }).catch(() => false))
    await work().catch((error: unknown) => log.warn(`${what} failed: ${reasonOf(error)}`));
}
