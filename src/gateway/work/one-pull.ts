// A claimed pull as the server sees it: a folder, a record kept up to date, the work, and one word to the queue at the end,
// whatever happened.

import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { hasCode, reasonOf } from "../../base/errors.ts";
import { CANCELLED } from "../queue/lifecycle.ts";
import type { ClaimedPull } from "../records.ts";
import { fail } from "./errors.ts";
import type { PullWork } from "./job-frame.ts";
import type { JobFailure } from "./job-messages.ts";
import { endOf, type Outcome } from "./outcome.ts";
import { PullReport } from "./pull-report.ts";
import { jobFailure } from "./user-message.ts";
import type { Workplace } from "./work-parts.ts";

/** How the work on a pull is done, for each kind. */
export type WorkOn = (work: PullWork, place: Workplace) => Promise<Outcome>;

/** Works on a pull to its end; never fails. */
export async function performPull(pull: ClaimedPull, place: Workplace, workOn: WorkOn): Promise<void> {
  const outcome = await outcomeOf(pull, place, workOn);
  const end = endOf(outcome, pull.attempts);
  const code = outcome.kind === "failed" ? outcome.failure.code : "";
  place.metrics?.ended(pull.kind, end?.kind ?? "follows", code);
  if (end === undefined) return;
  await insisted(() => place.queue.finish(pull.id, end), place, `the end of pull ${pull.id}`);
}

async function outcomeOf(pull: ClaimedPull, place: Workplace, workOn: WorkOn): Promise<Outcome> {
  const cancelling = new AbortController();
  const signal = AbortSignal.any([place.signal, cancelling.signal]);
  const { queue, log, now } = place;
  const cancelled = () => cancelling.abort(fail("E_WORK_CANCELLED"));
  const status = pull.kind === "import" ? "HASHING" : "PULLING";
  const report = new PullReport({ queue, id: pull.id, status, log, now, cancelled });
  let folder: string | undefined;
  try {
    // Of its own for each attempt: the last one may still be clearing up.
    folder = await place.folder.job(`${pull.id}-${pull.attempts}-${randomUUID().slice(0, 8)}`);
    return await workOn({ pull, report, folder, signal }, place);
  } catch (error) {
    return { kind: "failed", failure: failureOf(pull, signal.aborted ? signal.reason : error, place) };
  } finally {
    await report.close();
    if (folder !== undefined) await place.folder.clear(folder).catch((error) => log.warn(reasonOf(error)));
  }
}

const PASSING = ["E_WORK_STOPPING", "E_STORE_AWAY", "E_STORE_BUSY", "E_STORE_CONFLICT"];

function failureOf(pull: ClaimedPull, error: unknown, { config, log }: Workplace): JobFailure {
  const passwords = [...pull.registries.values()].map(({ password }) => password);
  const failure = jobFailure(error, [config.workDir, config.cacheDir, ...passwords]);
  // What the gateway itself cannot do for a moment (its database, its stopping) is tried again.
  if (failure.code === "E_WORK_CANCELLED") return { ...failure, code: CANCELLED };
  const passing = PASSING.some((code) => hasCode(error, code));
  if (failure.code === "E_WORK_INSIDE") log.warn(`pull ${pull.id}: ${failure.detail}`);
  return passing ? { ...failure, again: 0 } : failure;
}

/** Does what must not be lost, for as long as the server runs: the database may be away for a while. */
export async function insisted(work: () => Promise<void>, { log, signal }: Workplace, what: string): Promise<void> {
  for (let wait = 250; ; wait = Math.min(2 * wait, 5000)) {
    try {
      return await work();
    } catch (error) {
      log.warn(`${what} could not be recorded: ${reasonOf(error)}`);
      if (signal.aborted) return;
      await pause(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}
