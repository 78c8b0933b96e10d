// `berth slurm resolve` by root for a user who did not call it at submission: in a process of that user's, so that the gateway is
// asked by him and no file is read that he may not read.

import { spawnSync } from "node:child_process";
import { fail } from "../../batch/slurm/errors.ts";
import { ownProgram } from "../../gateway/work/run-job.ts";
import type { Environment } from "../../platform/user.ts";

const TIMEOUT_MS = 30_000;

/** The variables it prints. @throws E_SLURM_RESOLVE, E_SLURM_JOB */
export function resolveAsUser(uid: number, options: readonly string[], rootEnv: Environment): Environment {
  const [program = "", ...words] = ownProgram();
  const group = rootEnv["SLURM_JOB_GID"] ?? "";
  if (!/^[1-9]\d{0,9}$/.test(group)) throw fail("E_SLURM_JOB", { what: "the job's group", flag: "SLURM_JOB_GID" });
  // What users say has another beginning there: these are the administrator's.
  const own = Object.entries(rootEnv).filter(([name]) => name.startsWith("BERTH_"));
  const env = { ...Object.fromEntries(own), PATH: "/usr/bin:/bin", HOME: "/", LC_ALL: "C.UTF-8" };
  const child = spawnSync(program, [...words, "slurm", "resolve", ...options], {
    ...{ uid, gid: Number(group), env, cwd: "/", encoding: "utf8" },
    // It is the user's process, which he may have stopped: no other signal ends it then.
    ...{ timeout: TIMEOUT_MS, killSignal: "SIGKILL" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = child.error?.message ?? child.stderr.trim();
  if (child.status !== 0) throw fail("E_SLURM_RESOLVE", { why: said || "berth slurm resolve failed" });
  const lines = child.stdout.split("\n").filter((line) => line.startsWith("SHIFTER_"));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}
