// `berth node teardown`: what the batch system's epilog calls, as root. Says nothing when nothing is left.

import { Command } from "commander";
import { parseJob } from "../../batch/node/place.ts";
import type { SetupKey } from "../../batch/node/types.ts";
import { addFlags, readFlags } from "../command-flags.ts";
import type { Context } from "../context.ts";
import { configuredPlace, nameHolder } from "./configured-place.ts";
import { NODE_FLAGS, uidOf } from "./node-flags.ts";

export function teardownCommand(context: Context): Command {
  const command = new Command("teardown")
    .summary("take down what was set up for a job")
    .description(
      "Unmount and remove what was set up for a user's job, also what a killed set-up has left. For the batch system's epilog, as root. It succeeds when nothing was there.",
    );
  return addFlags(command, NODE_FLAGS).action(async () => {
    const flags = readFlags(command, NODE_FLAGS, context.env);
    const key = { uid: uidOf(flags.uid, context.env), job: parseJob(flags.job ?? context.env["SLURM_JOB_ID"]) };
    const { nodeDir } = await configuredPlace(flags, context);
    await takeDown(key, nodeDir, context);
  });
}

/** Takes a set-up down, with a warning for each loop device that somebody still holds. @throws E_NODE_TEARDOWN */
export async function takeDown(key: SetupKey, nodeDir: string, { env, log }: Context): Promise<void> {
  const { tearDown } = await import("../../batch/node/teardown.ts");
  const { found, pinned } = tearDown(key, nodeDir, env);
  if (!found) log.debug(`nothing is set up for user ${key.uid} and job ${key.job}`);
  for (const { device, holders } of pinned) {
    const who = holders.map(nameHolder).join(", ") || "somebody who cannot be seen from here";
    log.warn(`${device} stays attached until ${who} ends`);
  }
}
