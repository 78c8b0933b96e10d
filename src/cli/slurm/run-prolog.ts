// Carries out a job's prolog and epilog.

import { requireRoot } from "../../batch/node/setup.ts";
import type { SetupKey } from "../../batch/node/types.ts";
import { endGroup, enterGroup, jobGroup } from "../../batch/slurm/control-group.ts";
import { commentOptions, jobKey, jobWishes, setupRequest } from "../../batch/slurm/job.ts";
import { clearMarks, writeTaskVariables } from "../../batch/slurm/marks.ts";
import { prepareJob } from "../../batch/slurm/prolog.ts";
import type { Environment } from "../../platform/user.ts";
import type { Context } from "../context.ts";
import { configuredPlace } from "../node/configured-place.ts";
import { takeDown } from "../node/take-down.ts";
import { type JobFlags, jobOf } from "./job-flags.ts";

/** Sets the job's container up. @throws what is wrong with the node */
export async function runProlog(flags: JobFlags, context: Context): Promise<void> {
  const { env, log } = context;
  if (!env["SPANK_SHIFTER_IMAGE"] && !env["SLURM_JOB_COMMENT"]) return;
  const { key, site } = await jobOf(flags, context);
  const group = flags["memory-cgroup"];
  if (group !== undefined) enterGroup(jobGroup(group, key));
  const read = async () => {
    const wishes = jobWishes(env);
    if (wishes) return setupRequest(key, wishes, env);
    const found = await wishesOfComment(key, flags, context);
    if (found === undefined) return undefined;
    writeTaskVariables(site.nodeDir, key, found);
    return setupRequest(key, found, env);
  };
  const refusal = await prepareJob(key, read, site);
  if (refusal) log.warn(`job ${key.job} of user ${key.uid} has no container: ${refusal.message}`);
}

// Without the plugin nobody has looked at the job when it was submitted: it is done now, as the user.
async function wishesOfComment(
  key: SetupKey,
  { config }: JobFlags,
  { env }: Context,
): Promise<Environment | undefined> {
  const options = commentOptions(env["SLURM_JOB_COMMENT"] ?? "");
  if (options === undefined) return undefined;
  const { resolveAsUser } = await import("./resolve-as-user.ts");
  return resolveAsUser(key.uid, config === undefined ? options : [`--config=${config}`, ...options], env);
}

/**
 * Takes the job's container down, also where the configuration cannot be read any more, and where processes do not end.
 * @throws E_NODE_ROOT, E_SLURM_JOB, E_NODE_DIR, E_NODE_TEARDOWN, E_SLURM_CGROUP
 */
export async function runEpilog(flags: JobFlags, context: Context): Promise<void> {
  requireRoot();
  const key = jobKey(flags, context.env);
  const { nodeDir } = await configuredPlace(flags, context);
  const group = flags["memory-cgroup"];
  try {
    if (group !== undefined) await endGroup(jobGroup(group, key), context.signal);
  } finally {
    await takeDown(key, nodeDir, context);
    clearMarks(nodeDir, key);
  }
}
