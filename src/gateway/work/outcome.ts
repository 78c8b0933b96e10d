// How the work on one pull ended, before the queue is told.

import type { PullEnd } from "../records.ts";
import type { JobFailure } from "./job-messages.ts";

export type Outcome =
  | { readonly kind: "ready"; readonly imageId: string }
  | { readonly kind: "failed"; readonly failure: JobFailure }
  /** Another pull makes the same image: the queue has taken this one back until then. */
  | { readonly kind: "follows" };

/** What work ends with when its server stops. */
const STOPPING = "E_WORK_STOPPING";
const FIRST_PAUSE = 5;
const LONGEST_PAUSE = 300;

/** What the queue is told; pauses grow with the attempts. Nothing for a follower. */
export function endOf(outcome: Outcome, attempts: number): PullEnd | undefined {
  if (outcome.kind === "follows") return undefined;
  if (outcome.kind === "ready") return outcome;
  const { code, message, again } = outcome.failure;
  if (again === undefined) return { kind: "failed", message, code };
  if (code === STOPPING) return { kind: "again", message, afterSeconds: 0, free: true };
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.max(0, attempts - 1));
  return { kind: "again", message, afterSeconds: Math.max(again, pause) };
}
