// `berth node teardown`: what the batch system's epilog calls, as root. Says nothing when nothing is left.

import { Command } from "commander";
import { addFlags, readFlags } from "../command-flags.ts";
import type { Context } from "../context.ts";
import { NODE_FLAGS } from "./node-flags.ts";
import { takeDownByFlags } from "./take-down.ts";

export function teardownCommand(context: Context): Command {
  const command = new Command("teardown")
    .summary("take down what was set up for a job")
    .description(
      "Unmount and remove what was set up for a user's job, also what a killed set-up has left. For the batch system's epilog, as root. It succeeds when nothing was there.",
    );
  return addFlags(command, NODE_FLAGS).action(async () => {
    await takeDownByFlags(readFlags(command, NODE_FLAGS, context.env), context);
  });
}
