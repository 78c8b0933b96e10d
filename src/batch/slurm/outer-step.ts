// The job's outer step (`extern`), which Slurm keeps for as long as the job: what the set-up has started moves into it, so that
// Slurm accounts for it and ends it, and a script of the site may do its part.

import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { readIfAny } from "../../platform/access.ts";
import type { SetupKey } from "../node/types.ts";
import { fail } from "./errors.ts";

const SCRIPT_MS = 10_000;

/** Moves processes to where the step's own are. `stepDaemon`: the pid of its slurmstepd. @throws E_SLURM_EXTERN */
export function moveToStep(pids: readonly number[], stepDaemon: number): void {
  const child = childrenOf(stepDaemon)[0];
  if (child === undefined) throw failed("it has no process", "PrologFlags=Contain makes it");
  for (const path of groupsOf(child)) for (const pid of pids) join(path, pid);
}

/** Runs the site's script for the step. @throws E_SLURM_EXTERN */
export function runScript(script: string, { uid, job }: SetupKey): void {
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", SLURM_JOB_ID: job, SLURM_JOB_UID: String(uid) };
  const { status, signal, error } = spawnSync(script, [], {
    env,
    cwd: "/",
    stdio: ["ignore", "ignore", 2],
    timeout: SCRIPT_MS,
  });
  if (status === 0) return;
  const why = error ? reasonOf(error) : `${script} ended with ${signal ?? status}`;
  throw failed(why, "extern_setup= in plugstack.conf names the script");
}

// Threads come and go; the process stays, or there is no step.
function childrenOf(pid: number): readonly number[] {
  let threads: readonly string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch (error) {
    throw failed(reasonOf(error), "it is called by Slurm's plugin");
  }
  return (
    threads
      .flatMap((thread) => readIfAny(`/proc/${pid}/task/${thread}/children`).split(" "))
      .filter(Boolean)
      .map(Number)
      // Not this call itself, which is its child too.
      .filter((child) => child !== process.pid)
  );
}

// `8:memory:/slurm/uid_1/job_2/step_extern` and `0::/…` as directories; the root groups hold everybody and are left out.
function groupsOf(pid: number): readonly string[] {
  const text = readIfAny(`/proc/${pid}/cgroup`);
  if (text === "") throw failed(`its process ${pid} has ended`, "PrologFlags=Contain keeps one for as long as the job");
  return text.split("\n").flatMap((line) => {
    const [, controllers = "", path = "/"] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path === "/" || controllers.startsWith("name=")) return [];
    return controllers === ""
      ? [`/sys/fs/cgroup${path}`, `/sys/fs/cgroup/unified${path}`]
      : [`/sys/fs/cgroup/${controllers}${path}`];
  });
}

function join(path: string, pid: number): void {
  try {
    writeFileSync(`${path}/cgroup.procs`, String(pid), { flag: "r+" });
  } catch (error) {
    // It has ended meanwhile, or the hierarchy is not mounted there.
    if (errnoOf(error) !== "ESRCH" && errnoOf(error) !== "ENOENT")
      throw failed(reasonOf(error), `the group is ${path}`);
  }
}

function failed(why: string, advice: string): Error {
  return fail("E_SLURM_EXTERN", { why, advice });
}
