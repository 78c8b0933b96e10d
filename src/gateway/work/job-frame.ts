// What pulls and imports have in common between their claim and their image: the system's recipe, the running of the job,
// and what its examiner said.

import type { SystemConfig } from "../../site/gateway-config.ts";
import type { ClaimedPull } from "../records.ts";
import { fail } from "./errors.ts";
import { type ImageRecipe, imageRecipe } from "./image-recipe.ts";
import type { JobFailure, JobMessage } from "./job-messages.ts";
import type { PullReport } from "./pull-report.ts";
import type { JobRun } from "./run-job.ts";
import type { Workplace } from "./work-parts.ts";

/** One pull at work. */
export interface PullWork {
  readonly pull: ClaimedPull;
  readonly report: PullReport;
  /** The job's own folder. */
  readonly folder: string;
  /** Aborts when the pull is cancelled or the server stops. */
  readonly signal: AbortSignal;
}

/** The system of a request. @throws E_WORK_SYSTEM */
export function systemOf(name: string, { config }: Workplace): SystemConfig {
  const system = config.systems.get(name);
  if (system === undefined) throw fail("E_WORK_SYSTEM", { name });
  return system;
}

/** How that system has its images made. @throws E_WORK_SYSTEM, E_WORK_OPTION, E_CONVERTER_… */
export function recipeOf(name: string, place: Workplace): ImageRecipe {
  return imageRecipe(systemOf(name, place));
}

/** How jobs are run here. */
export function jobRun({ report, signal }: PullWork, place: Workplace, decide: JobRun["decide"]): JobRun {
  const { workers, heartbeatMs } = place.config;
  return {
    ...{ program: place.program, compiled: place.folder.compiled, decide, signal },
    limits: { ...workers, everyMs: place.limitsEveryMs },
    silentMs: heartbeatMs,
    listen: (message) => hear(message, report, place),
  };
}

function hear(message: JobMessage, report: PullReport, { metrics }: Workplace): void {
  if (message.type === "stage") report.stage(message.status, message.text);
  if (message.type === "bytes") report.bytes(message.done, message.total);
  if (message.type !== "made") return;
  metrics?.fetched(message.effort.fetched);
  metrics?.converted(message.effort.seconds, message.file.bytes);
}

/** Keeps what the examiner said of an image. */
export async function keepExamination(
  place: Workplace,
  digest: string,
  refusal: JobFailure | undefined,
): Promise<void> {
  if (place.config.examiner === undefined) return;
  if (refusal !== undefined && refusal.code !== "E_WORK_EXAMINER") return;
  const verdict = refusal === undefined ? "accepted" : "refused";
  await place.catalog.keepVerdict(digest, { judge: "examiner", verdict, reason: refusal?.message ?? "" });
}
