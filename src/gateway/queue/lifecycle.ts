// The steps in the life of a row of `pulls` that end its work: finished, failed, put back for another attempt. Each is a
// part of somebody's transaction.

import type { Transaction } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { PullEnd } from "../records.ts";

/** Codes that a pull's failure may carry besides those of the work itself. */
export const CANCELLED = "E_GATEWAY_CANCELLED";
export const GIVEN_UP = "E_GATEWAY_GIVEN_UP";

/** A clock that was set back must not keep a pause going for ever; nobody pauses longer. */
export const LONGEST_PAUSE = 3600;

/** What must be known of a pull to end its work. */
export interface Ending {
  readonly id: string;
  readonly attempts: number;
  readonly cancelled: number;
}

/** What a row becomes; pure. `limit` is the number of attempts that a pull has. */
export function endOf(pull: Ending, end: PullEnd, limit: number, now: number) {
  if (end.kind === "ready") return ended("READY", "", now, { image_id: end.imageId });
  if (end.kind === "failed") return ended("FAILURE", end.message, now, { error_code: end.code });
  if (pull.cancelled === 1) return cancelledEnd(now);
  const attempts = pull.attempts - (end.free === true ? 1 : 0);
  if (attempts >= limit) {
    const message = `${end.message}; given up after ${attempts} ${attempts === 1 ? "attempt" : "attempts"}`;
    return ended("FAILURE", message, now, { error_code: GIVEN_UP });
  }
  const pause = Math.min(Math.max(end.afterSeconds, 0), LONGEST_PAUSE);
  return {
    status: "PENDING",
    status_message: end.message,
    server: null,
    flight: null,
    attempts,
    not_before: now + pause,
    heartbeat_at: now,
  };
}

/** What a row becomes that lets another request's flight make its image; pure. That is no attempt of its own. */
export function followerOf(pull: Ending, flight: string, now: number) {
  if (pull.cancelled === 1) return cancelledEnd(now);
  const waits = { status: "PENDING", status_message: "the same image is being made for another request" };
  return { ...waits, server: null, flight, attempts: pull.attempts - 1, heartbeat_at: now };
}

/** What a row becomes whose owner does not want it any more; pure. */
export function cancelledEnd(now: number) {
  return ended("FAILURE", "cancelled", now, { error_code: CANCELLED });
}

function ended(
  status: "READY" | "FAILURE",
  message: string,
  now: number,
  result: { readonly image_id?: string; readonly error_code?: string },
) {
  // The credentials have served their purpose.
  const empty = { server: null, flight: null, credentials: null };
  return { ...empty, status, status_message: message, finished_at: now, heartbeat_at: now, ...result };
}

/** Puts pulls back into the queue that nobody works on any more. Answers the ids. */
export async function putBack(
  trx: Transaction<Tables>,
  pulls: readonly Ending[],
  { reason, limit, now }: { readonly reason: string; readonly limit: number; readonly now: number },
): Promise<readonly string[]> {
  for (const pull of pulls) {
    const change = endOf(pull, { kind: "again", message: reason, afterSeconds: 0 }, limit, now);
    await trx.updateTable("pulls").set(change).where("id", "=", pull.id).where("finished_at", "is", null).execute();
  }
  return pulls.map(({ id }) => id);
}
