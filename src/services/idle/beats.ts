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

async function beat({ what, everyMs, work }: Recurring, log: Log, signal: AbortSignal): Promise<void> {
  while (await pause(everyMs(), true, { signal }).catch(() => false))
    await work().catch((error: unknown) => log.warn(`${what} failed: ${reasonOf(error)}`));
}
