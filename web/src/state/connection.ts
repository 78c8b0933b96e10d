// Whether the server is there. When it is not, it is asked now and then; when it is again, whoever shows something loads anew.

import { signal } from "@preact/signals";
import { ask, listeners } from "../api/ask.ts";
import { pause, waitBefore } from "../api/backoff.ts";
import { wasLeft } from "../api/failures.ts";
import { followNow } from "../api/follow.ts";

/** Since when the server does not answer (ms since 1970); undefined: it does. */
export const awaySince = signal<number | undefined>(undefined);
/** Counts how often it came back. */
export const returns = signal(0);

let waiting: AbortController | undefined;

export function watchConnection(): void {
  listeners.answered = back;
  listeners.away = lost;
  globalThis.addEventListener("online", () => waiting?.abort());
}

function lost(): void {
  if (awaySince.value !== undefined) return;
  awaySince.value = Date.now();
  void askUntilBack();
}

function back(): void {
  if (awaySince.value === undefined) return;
  awaySince.value = undefined;
  returns.value += 1;
  followNow();
}

async function askUntilBack(): Promise<void> {
  for (let tries = 0; awaySince.value !== undefined; tries++) {
    waiting = new AbortController();
    await pause(waitBefore(Math.min(tries, 4), Math.random()), waiting.signal);
    // That it answers is enough: what it says does not matter.
    await ask({ path: "/v2/session" }).catch((error: unknown) => wasLeft(error));
  }
}
