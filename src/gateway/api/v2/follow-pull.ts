// Says how a pull goes on, for as long as it does: whenever its record changes, but no more often than a person can read.
// Knows the desk; not how what it says travels.

import { setTimeout as sleep } from "node:timers/promises";
import type { Desk, Principal, PullRecord } from "../../types.ts";

/** How often news are sent at most, and how often the record is read when nobody says that it changed. */
export interface FollowPace {
  readonly atMostEveryMs: number;
  readonly lookEveryMs: number;
}

export const PACE: FollowPace = { atMostEveryMs: 250, lookEveryMs: 1000 };

/** Resolves when the record may have changed. */
export type Changed = (id: string, signal: AbortSignal) => Promise<void>;

/**
 * Yields the record of a pull, again at each change, the last time when it has ended. Ends at once, without a word, when
 * the signal comes. @throws what the desk says of a pull that is not there, or may not be known
 */
export async function* followPull(
  { desk, changed }: { readonly desk: Pick<Desk, "findPull">; readonly changed: Changed },
  who: Principal,
  id: string,
  { signal, pace = PACE }: { readonly signal: AbortSignal; readonly pace?: FollowPace },
): AsyncGenerator<PullRecord> {
  let said = "";
  while (!signal.aborted) {
    const round = new AbortController();
    const until = AbortSignal.any([signal, round.signal]);
    // Listened for before the record is read: what changes in between must not wait for the next look.
    const news = changed(id, until);
    try {
      const pull = await desk.findPull(who, id);
      const { heartbeatAt: _beats, ...record } = pull;
      const text = JSON.stringify(record);
      if (text !== said) yield pull;
      said = text;
      if (pull.finishedAt !== null) return;
      await pause(pace.atMostEveryMs, signal);
      await Promise.race([news, pause(pace.lookEveryMs - pace.atMostEveryMs, until)]);
    } finally {
      round.abort();
    }
  }
}

/** Makes `changed` of a feed of ids: one listener for all who wait. */
export function waitersOf(watch: (listener: (id: string) => void) => () => void): {
  readonly changed: Changed;
  stop(): void;
} {
  const waiting = new Map<string, Set<() => void>>();
  const stop = watch((id) => {
    for (const wake of waiting.get(id) ?? []) wake();
  });
  const changed: Changed = (id, signal) =>
    new Promise((resolve) => {
      const all = waiting.get(id) ?? new Set();
      const wake = () => {
        all.delete(wake);
        if (all.size === 0) waiting.delete(id);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      if (signal.aborted) return resolve();
      waiting.set(id, all.add(wake));
      return signal.addEventListener("abort", wake);
    });
  return { changed, stop };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal }).catch(() => {});
}
