// Who may share one mount of an image. Pure.

import type { Environment, User } from "../platform/user.ts";

const BATCH_JOBS = ["SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "FLUX_JOB_ID"];

/**
 * The name of the mount of an image (`fileKey`) that this launch may use. FUSE lets in only the group that mounted; and a batch system ends all processes of a
 * job, the mount's server too, so a mount must not be shared beyond the job that made it.
 */
export function mountName(
  key: string,
  { env, user }: { readonly env: Environment; readonly user: Pick<User, "gid"> },
): string {
  const job = BATCH_JOBS.map((name) => env[name]).find((id) => id);
  return `${key}-g${user.gid}${job ? `-j${job.replace(/[^A-Za-z0-9_]/g, "_").slice(0, 64)}` : ""}`;
}
