// Why a job has no container, kept where its tasks find it. A prolog that fails makes Slurm take the node out of service, which
// must not be in the hands of users: for what is the job's own fault the prolog succeeds, and the tasks say why they do not start.

import { chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { BerthError } from "../../base/errors.ts";
import { setupDir } from "../node/place.ts";
import type { SetupKey } from "../node/types.ts";

// Failures that say something about the request, whatever the node is like.
const OF_THE_JOB = [
  /^E_SHIFTER_(?!ROOT$|IMAGE_CLOSED$)/,
  /^E_VOLUME/,
  /^E_MODULE/,
  /^E_SLURM_(NOT_FROZEN|COMMENT|RESOLVE|WISHES)$/,
];
const ALSO = new Set([
  "E_NODE_CACHE",
  "E_NODE_KEY",
  "E_NODE_IMAGE_FILE",
  "E_PLAN_NUL",
  "E_PLAN_LARGE",
  "E_PLAN_MOUNTS",
]);

/** True when the job is to blame, by the failure alone. */
export function isOfTheJob(error: unknown): error is BerthError {
  if (!(error instanceof BerthError)) return false;
  return ALSO.has(error.code) || OF_THE_JOB.some((pattern) => pattern.test(error.code));
}

/** Where the reason lies (docs/slurm.md; native/spank_berth.c reads it). */
export function refusalFile(nodeDir: string, key: SetupKey): string {
  return `${setupDir(nodeDir, key)}.refused`;
}

/** Where it is said that the job's outer step is ready. */
export function outerStepFile(nodeDir: string, key: SetupKey): string {
  return `${setupDir(nodeDir, key)}.extern`;
}

/** Writes the reason down, for nobody but the job's user. The directory belongs to root, who calls this. */
export function writeRefusal(nodeDir: string, key: SetupKey, error: BerthError): void {
  const path = refusalFile(nodeDir, key);
  mkdirSync(nodeDir, { recursive: true, mode: 0o711 });
  writeFileSync(`${path}.new`, `${error.message}\n${error.hint === undefined ? "" : `${error.hint}\n`}`, {
    mode: 0o400,
  });
  chownSync(`${path}.new`, key.uid, 0);
  renameSync(`${path}.new`, path);
}

/** Removes what was written down of the job beside its directory. */
export function clearMarks(nodeDir: string, key: SetupKey): void {
  for (const path of [refusalFile(nodeDir, key), outerStepFile(nodeDir, key)]) {
    rmSync(path, { force: true });
    rmSync(`${path}.new`, { force: true });
  }
}
