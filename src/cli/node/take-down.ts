// What `berth node teardown` and `unsetupRoot` have in common: whose, where, and what is said of what stays.

import { parseJob } from "../../batch/node/place.ts";
import type { SetupKey } from "../../batch/node/types.ts";
import type { Context } from "../context.ts";
import type { FlagValues } from "../flags.ts";
import { configuredPlace, nameHolder } from "./configured-place.ts";
import { type NODE_FLAGS, uidOf } from "./node-flags.ts";

/** Takes down what the flags say. @throws E_NODE_KEY, E_NODE_DIR, E_NODE_TEARDOWN */
export async function takeDownByFlags(flags: FlagValues<typeof NODE_FLAGS>, context: Context): Promise<void> {
  const { env } = context;
  const key = { uid: uidOf(flags.uid, env), job: parseJob(flags.job ?? env["SLURM_JOB_ID"]) };
  const { nodeDir } = await configuredPlace(flags, context);
  await takeDown(key, nodeDir, context);
}

/** Takes a set-up down, with a warning for each loop device that somebody still holds. @throws E_NODE_TEARDOWN */
export async function takeDown(key: SetupKey, nodeDir: string, context: Context): Promise<void> {
  const { env, log } = context;
  const { tearDown } = await import("../../batch/node/teardown.ts");
  const { found, pinned } = await tearDown(key, nodeDir, env, () => context.signal);
  if (!found) log.debug(`nothing is set up for user ${key.uid} and job ${key.job}`);
  for (const { device, holders } of pinned) {
    const who = holders.map(nameHolder).join(", ") || "somebody who cannot be seen from here";
    log.warn(`${device} stays attached until ${who} ends`);
  }
}
