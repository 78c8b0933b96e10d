// What this machine has not that a cluster needs.

import { delimiter, join } from "node:path";
import { canRun } from "../../platform/access.ts";
import { fail } from "./errors.ts";

/** Where daemons are; users' PATHs do not have all of it. */
export const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Programs, and the packages of Debian that bring them. */
const NEEDED = [
  ["munged", "munge"],
  ["slurmctld", "slurm-wlm"],
  ["slurmd", "slurm-wlm"],
  ["sbatch", "slurm-wlm"],
  ["sinfo", "slurm-wlm"],
  ["setpriv", "util-linux"],
  ["unshare", "util-linux"],
  ["nsenter", "util-linux"],
] as const;

/** Refuses a machine on which no cluster can be started. @throws E_CLUSTER_MISSING */
export function needPrograms(path = PATH): void {
  const missing = NEEDED.filter(([program]) => !path.split(delimiter).some((dir) => canRun(join(dir, program))));
  if (missing.length === 0) return;
  const programs = missing.map(([program]) => program).join(", ");
  throw fail("E_CLUSTER_MISSING", { programs, packages: [...new Set(missing.map(([, name]) => name))].join(" ") });
}
