// Slows down who guesses passwords: by account and by address. In memory, bounded; pure but for its own state.

import { fail } from "./errors.ts";

/** Counts failures; somebody with too many waits. */
export interface Attempts {
  /** @throws E_ACCOUNTS_OFTEN */
  check(keys: readonly string[]): void;
  failed(keys: readonly string[]): void;
  succeeded(keys: readonly string[]): void;
}

const FREE = 5;
const LONGEST_SECONDS = 300;
const ENTRIES = 10_000;

/** `now` in seconds that only grow. */
export function openAttempts(now: () => number): Attempts {
  const known = new Map<string, { readonly failures: number; readonly until: number }>();
  return {
    check(keys) {
      const until = Math.max(0, ...keys.map((key) => known.get(key)?.until ?? 0));
      if (until > now()) throw fail("E_ACCOUNTS_OFTEN", { seconds: Math.ceil(until - now()) });
    },
    failed(keys) {
      for (const key of keys) {
        const failures = (known.get(key)?.failures ?? 0) + 1;
        const wait = failures <= FREE ? 0 : Math.min(LONGEST_SECONDS, 2 ** (failures - FREE));
        known.delete(key);
        known.set(key, { failures, until: now() + wait });
        const [oldest] = known.keys();
        if (known.size > ENTRIES && oldest !== undefined) known.delete(oldest);
      }
    },
    succeeded(keys) {
      for (const key of keys) known.delete(key);
    },
  };
}
