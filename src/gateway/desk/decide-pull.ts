// Whether a request for an image starts a pull, and if not, what answers it: the rules and the table of spec/shifter.md
// 1.5 (cases 116 to 118), as a pure function.

import type { Status } from "../types.ts";

/** What there is of the image already, as the person who asks may know it. Times in seconds since 1970. */
export interface PullState {
  /** The READY image of that name that he may read. */
  readonly ready: { readonly lastPull: number } | undefined;
  /** The request of that name that is under way, whoever made it; else the newest of this person that failed. */
  readonly request: KnownRequest | undefined;
}

export interface KnownRequest {
  readonly status: Status;
  readonly heartbeatAt: number;
  /** Null: it is under way. */
  readonly finishedAt: number | null;
}

/** What is asked for, compared with what there is. */
export interface PullWish {
  /** He may change the lists, and asks for others. */
  readonly listsDiffer: boolean;
  /** He brings other credentials than those that failed. */
  readonly newCredentials: boolean;
  /** The tag is known to stand for another image by now. */
  readonly moved: boolean;
  /** Something is known to have been pushed under that name since the failure. */
  readonly pushed: boolean;
}

/** Seconds. */
export interface PullAges {
  /** So long an image counts as fresh, and a failure is remembered. */
  readonly update: number;
  /** A pull at work that said nothing for so long is dead. */
  readonly heartbeat: number;
}

/** The image there is; the request there is; a new pull; a new pull in place of a dead one. */
export type PullDecision = "image" | "request" | "start" | "replace";

/** Asking again so soon changes nothing, whatever lists are asked for. */
const RECENT = 10;

/** A time so far ahead is one from before the clock was set back, and says nothing. */
const CLOCK_SKEW = 60;

/** Decides it. */
export function decidePull(state: PullState, wish: PullWish, now: number, ages: PullAges): PullDecision {
  const { ready, request } = state;
  if (request && request.finishedAt === null) return isDead(request, now, ages) ? "replace" : "request";
  const excused = wish.newCredentials || wish.pushed;
  const failure = request && failedLately(request, now, ages) && !excused ? request : undefined;
  // Somebody else may have had more luck since.
  if (failure && (!ready || ready.lastPull < (failure.finishedAt ?? 0))) return "request";
  if (!ready || wish.moved || isOlder(ready.lastPull, ages.update, now)) return "start";
  return wish.listsDiffer && isOlder(ready.lastPull, RECENT, now) ? "start" : "image";
}

// What still waits for its turn is not dead, however long the queue.
function isDead({ status, heartbeatAt }: KnownRequest, now: number, { heartbeat }: PullAges): boolean {
  return status !== "INIT" && status !== "PENDING" && now - heartbeatAt > heartbeat;
}

function failedLately({ status, finishedAt }: KnownRequest, now: number, { update }: PullAges): boolean {
  return finishedAt !== null && status !== "READY" && !isOlder(finishedAt, update, now);
}

function isOlder(time: number, seconds: number, now: number): boolean {
  return now - time > seconds || time - now > CLOCK_SKEW;
}
