// What upstreams say of their limits: figures for people to see, and how long not to ask again. Per upstream and caller,
// since a login has a limit of its own.

import { parseRetryAfter } from "../../oci/registry/retry.ts";
import type { Caller } from "./caller.ts";
import { Recent } from "./recent.ts";
import type { Upstream } from "./upstreams.ts";

/** How an upstream limits those who ask without a login: what the gateway itself has left. */
export interface UpstreamRate {
  readonly upstream: string;
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  /** Seconds of the window that `limit` is for. */
  readonly window: number | undefined;
  /** Seconds since 1970 when the figures came. */
  readonly at: number;
  /** How often it has refused so far. */
  readonly refusals: number;
}

/** The head of an answer. */
interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Remembers limits. */
export interface RateMemory {
  note(upstream: Upstream, caller: Caller, answer: AnswerHead): void;
  /** Seconds (at least 1) for which the upstream is not to be asked for this caller; 0: ask. */
  wait(upstream: Upstream, caller: Caller): number;
  rates(): readonly UpstreamRate[];
}

const CALLERS = 1000;
// A refusal that does not say for how long.
const PAUSE = 10;
const LONGEST = 6 * 3600;

/** A fresh memory; `now` in seconds. */
export function rateMemory(now: () => number): RateMemory {
  const blocked = new Recent<number>(CALLERS);
  const rates = new Map<string, UpstreamRate>();
  const key = (upstream: Upstream, caller: Caller) => `${upstream.host} ${caller.key}`;
  return {
    note(upstream, caller, { status, headers }) {
      if (status === 429) blocked.set(key(upstream, caller), now() + pauseOf(headers, now()));
      if (caller.key !== "") return;
      const before = rates.get(upstream.name);
      const said = figures(headers);
      if (said === undefined && status !== 429) return;
      const refusals = (before?.refusals ?? 0) + (status === 429 ? 1 : 0);
      const known = { limit: before?.limit, remaining: before?.remaining, window: before?.window };
      rates.set(upstream.name, { upstream: upstream.name, ...(said ?? known), at: now(), refusals });
    },
    wait(upstream, caller) {
      const until = blocked.get(key(upstream, caller));
      if (until === undefined || until <= now()) return 0;
      return Math.ceil(until - now());
    },
    rates: () => [...rates.values()],
  };
}

function pauseOf(headers: Readonly<Record<string, string>>, now: number): number {
  const asked = parseRetryAfter(headers["retry-after"] ?? headers["ratelimit-reset"], now * 1000);
  return asked === undefined ? PAUSE : Math.min(Math.max(asked / 1000, 1), LONGEST);
}

// The hub's form: `ratelimit-limit: 100;w=21600`, `ratelimit-remaining: 76;w=21600`.
function figures(headers: Readonly<Record<string, string>>) {
  const limit = /^([0-9]{1,9})(?:;\s*w=([0-9]{1,9}))?/.exec(headers["ratelimit-limit"] ?? "");
  const remaining = /^[0-9]{1,9}/.exec(headers["ratelimit-remaining"] ?? "")?.[0];
  if (limit === null && remaining === undefined) return undefined;
  return { limit: numberOf(limit?.[1]), remaining: numberOf(remaining), window: numberOf(limit?.[2]) };
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
