// How long one waits before the next try: longer each time, never quite the same as others do.

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** Milliseconds before try number `tries` (from 0); `chance` is between 0 and 1. */
export function waitBefore(tries: number, chance: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries, 10));
  return Math.round(full * (0.5 + chance / 2));
}

/** Waits so long, or until the signal comes. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
