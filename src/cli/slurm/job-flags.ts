// The flags that Slurm's plugin gives to root's calls, and where they lead.

import { nodeDirOf } from "../../batch/node/place.ts";
import type { Site } from "../../batch/node/setup.ts";
import { requireRoot } from "../../batch/node/setup.ts";
import type { SetupKey } from "../../batch/node/types.ts";
import { fail } from "../../batch/slurm/errors.ts";
import { jobKey } from "../../batch/slurm/job.ts";
import { readNodeConfig } from "../../site/node-config-read.ts";
import type { Context } from "../context.ts";
import type { FlagSpec, FlagValues } from "../flags.ts";
import { NODE_FLAGS } from "../node/node-flags.ts";

export const JOB_FLAGS = [
  ...NODE_FLAGS,
  {
    long: "memory-cgroup",
    kind: "text",
    value: "dir",
    env: [],
    help: "the control group below which each job has one for what its set-up starts",
  },
] as const satisfies readonly FlagSpec[];

export type JobFlags = FlagValues<typeof JOB_FLAGS>;

/** Whose job, and what is known of the node. @throws E_NODE_ROOT, E_SLURM_JOB, and what the configuration is wrong with */
export async function jobOf(
  flags: JobFlags,
  context: Context,
): Promise<{ readonly key: SetupKey; readonly site: Site }> {
  requireRoot();
  const { env } = context;
  const key = jobKey(flags, env);
  const { config } = await readNodeConfig({ env, path: flags.config });
  const lookup: Site["lookup"] = ({ asked }) => Promise.reject(fail("E_SLURM_NOT_FROZEN", { asked }));
  const nodeDir = nodeDirOf(flags["node-dir"], env, config.nodeDir);
  return { key, site: { config, env, lookup, nodeDir, signal: () => context.signal } };
}
