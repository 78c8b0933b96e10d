// When to try again, and how long to wait: exponential back-off with full jitter, or what Retry-After asks for
// (RFC 9110 10.2.3). The clock is handed in, so that tests need not wait.

import { setTimeout as pause } from "node:timers/promises";

/** Time as this room sees it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => pause(milliseconds, undefined, signal === undefined ? {} : { signal }),
};

/** How patient we are. */
export interface RetryPolicy {
  /** Tries after the first. */
  readonly retries: number;
  /** Milliseconds before the first further try, doubled each time. */
  readonly base: number;
  /** Milliseconds that no single wait exceeds; a registry that asks for more is not waited for. */
  readonly longest: number;
  /** Milliseconds after which a connection that keeps failing is given up, whatever tries are left. */
  readonly vain: number;
  /** A number from 0 to 1 for the jitter. */
  readonly random: () => number;
}

export const DEFAULT_RETRY: RetryPolicy = { retries: 4, base: 400, longest: 60_000, vain: 60_000, random: Math.random };

/** Statuses that may be different a moment later. */
export function isPassingStatus(status: number): boolean {
  return [408, 429, 500, 502, 503, 504].includes(status);
}

/**
 * Milliseconds to wait before try `attempt` + 1 (`attempt` counts from 0); undefined: do not try again.
 * `retryAfter` is the header, in seconds or as a date.
 */
export function waitBefore(
  attempt: number,
  policy: RetryPolicy,
  retryAfter: string | undefined,
  now: number,
): number | undefined {
  if (attempt >= policy.retries) return undefined;
  const asked = parseRetryAfter(retryAfter, now);
  if (asked !== undefined) return asked <= policy.longest ? asked : undefined;
  const ceiling = Math.min(policy.longest, policy.base * 2 ** attempt);
  // Full jitter below the ceiling, but never at once: many clients must not come back together.
  return Math.round(ceiling * (0.25 + 0.75 * policy.random()));
}

/** Milliseconds that a Retry-After header asks for. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^[0-9]{1,9}$/.test(text)) return Number(text) * 1000;
  // A date has letters; Date.parse would also read "-5" as one.
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
