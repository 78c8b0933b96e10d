// What pulls and imports have in common between their claim and their image: the system's recipe, the running of the job,
// and the examiner's look at what it unpacked.

import { rm } from "node:fs/promises";
import { hasCode, reasonOf } from "../../base/errors.ts";
import type { SystemConfig } from "../../site/gateway-config.ts";
import type { ClaimedPull } from "../records.ts";
import { type ImageRecipe, imageRecipe } from "./converter-options.ts";
import { fail } from "./errors.ts";
import { examine } from "./examiner.ts";
import type { ImageFacts, JobMessage } from "./job-messages.ts";
import { treeFolder } from "./make-file.ts";
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

/** How that system has its images made. @throws E_WORK_SYSTEM, E_WORK_OPTION… */
export function recipeOf(name: string, place: Workplace): ImageRecipe {
  const { format, converterOptions } = systemOf(name, place);
  return imageRecipe(format, converterOptions[format]);
}

/** How jobs are run here. */
export function jobRun({ report, signal }: PullWork, place: Workplace, decide: JobRun["decide"]): JobRun {
  const { workers, heartbeatMs } = place.config;
  return {
    ...{ program: place.program, decide, signal },
    limits: { ...workers, everyMs: place.limitsEveryMs },
    silentMs: heartbeatMs,
    listen: (message) => hear(message, report),
  };
}

function hear(message: JobMessage, report: PullReport): void {
  if (message.type === "stage") report.stage(message.status, message.text);
  if (message.type === "bytes") report.bytes(message.done, message.total);
}

/** Shows the unpacked files to the examiner, if the site has one. @throws E_WORK_EXAMINER */
export async function examineTree(
  { folder, report, signal }: PullWork,
  place: Workplace,
  facts: ImageFacts,
): Promise<void> {
  const program = place.config.examiner;
  if (program === undefined) return;
  const tree = treeFolder(folder);
  report.stage("EXAMINATION", "Examining image");
  try {
    await examine({ program, tree, id: facts.id, signal });
    await place.catalog.keepVerdict(facts.digest, { judge: "examiner", verdict: "accepted", reason: "" });
  } catch (error) {
    if (hasCode(error, "E_WORK_EXAMINER")) {
      const verdict = { judge: "examiner", verdict: "refused", reason: reasonOf(error) } as const;
      await place.catalog.keepVerdict(facts.digest, verdict);
    }
    throw error;
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}
