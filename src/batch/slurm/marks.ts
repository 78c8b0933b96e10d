// What is written down of a job beside its directory, where its tasks find it: why it has no container, which variables it gets,
// that its outer step is ready. The directory of set-ups belongs to root, who calls this.

import { chownSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { BerthError } from "../../base/errors.ts";
import type { Environment } from "../../platform/user.ts";
import { makeNodeDir } from "../node/node-dir.ts";
import { setupDir } from "../node/place.ts";
import type { SetupKey } from "../node/types.ts";

/** Endings of the files' names; native/spank_berth.c and packaging/slurm read them. */
const MARKS = [".refused", ".task", ".extern"] as const;
type Mark = (typeof MARKS)[number];

/** Why the job has no container. Its tasks end with these words. */
export function writeRefusal(nodeDir: string, key: SetupKey, { message, hint }: BerthError): void {
  writeMark(nodeDir, key, ".refused", hint === undefined ? `${message}\n` : `${message}\n${hint}\n`);
}

/** What the tasks' environment gets, as Slurm's TaskProlog prints it. */
export function writeTaskVariables(nodeDir: string, key: SetupKey, variables: Environment): void {
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${value}\n`);
  writeMark(nodeDir, key, ".task", lines.join(""));
}

/** Says that the job's outer step is ready. */
export function markOuterStep(nodeDir: string, key: SetupKey): void {
  writeMark(nodeDir, key, ".extern", "");
}

/** Removes all of it. */
export function clearMarks(nodeDir: string, key: SetupKey): void {
  for (const mark of MARKS) {
    rmSync(markFile(nodeDir, key, mark), { force: true });
    rmSync(`${markFile(nodeDir, key, mark)}.new`, { force: true });
  }
}

// Whole or not at all, and for nobody but the job's user.
function writeMark(nodeDir: string, key: SetupKey, mark: Mark, text: string): void {
  const path = markFile(nodeDir, key, mark);
  makeNodeDir(nodeDir);
  // What a prolog that was killed has left is the user's already.
  rmSync(`${path}.new`, { force: true });
  writeFileSync(`${path}.new`, text, { mode: 0o400, flag: "wx" });
  chownSync(`${path}.new`, key.uid, 0);
  renameSync(`${path}.new`, path);
}

function markFile(nodeDir: string, key: SetupKey, mark: Mark): string {
  return `${setupDir(nodeDir, key)}${mark}`;
}
