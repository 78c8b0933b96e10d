// A control group for what a job's set-up starts on a node, such as its sshd: memory_cgroup= of plugstack.conf, with the names
// that Shifter gave. Both versions of control groups are directories with the same file of processes.

import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import type { SetupKey } from "../node/types.ts";
import { fail } from "./errors.ts";

// A process that is killed needs a moment to leave its group.
const PATIENCE_MS = 5000;
const STEP_MS = 10;

/** The group of a job below the site's. */
export function jobGroup(root: string, { uid, job }: SetupKey): string {
  return `${root}/shifter/uid_${uid}/job_${job}`;
}

/** Puts this process, and so all that it starts, into the group. @throws E_SLURM_CGROUP */
export function enterGroup(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    writeFileSync(`${path}/cgroup.procs`, "0");
  } catch (error) {
    throw fail("E_SLURM_CGROUP", { path, why: reasonOf(error) }, { cause: error });
  }
}

/** Its processes; none when it is not there. */
export function groupMembers(path: string): readonly number[] {
  try {
    return readFileSync(`${path}/cgroup.procs`, "utf8").split("\n").filter(Boolean).map(Number);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENODEV") return [];
    throw fail("E_SLURM_CGROUP", { path, why: reasonOf(error) }, { cause: error });
  }
}

/** Ends every process in it and removes it. @throws E_SLURM_CGROUP when somebody does not leave */
export async function endGroup(path: string, signal: AbortSignal): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (let members = groupMembers(path); members.length > 0; members = groupMembers(path)) {
    for (const pid of members) if (pid !== process.pid) kill(pid);
    if (performance.now() > until)
      throw fail("E_SLURM_CGROUP", { path, why: `processes do not end: ${members.join(", ")}` });
    await pause(signal);
  }
  await removeGroup(path, until, signal);
}

async function removeGroup(path: string, until: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      rmdirSync(path);
      return;
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return;
      // The last process may be listed no more and yet be there.
      if (errnoOf(error) !== "EBUSY" || performance.now() > until)
        throw fail("E_SLURM_CGROUP", { path, why: reasonOf(error) }, { cause: error });
    }
    await pause(signal);
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  const { setTimeout } = await import("node:timers/promises");
  await setTimeout(STEP_MS, undefined, { signal });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (errnoOf(error) !== "ESRCH") throw error;
  }
}
