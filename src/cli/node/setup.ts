// `berth node setup`: what the batch system's prolog calls, as root. Says nothing when all is well.

import { Command } from "commander";
import { addFlags, readFlags } from "../command-flags.ts";
import type { Context } from "../context.ts";
import { SETUP_FLAGS, setUpByFlags } from "./setup-flags.ts";

export function setupCommand(context: Context): Command {
  const command = new Command("setup")
    .summary("set a container up for a job")
    .description(
      "Mount an image and everything of the site for a user's job, so that shifter only has to enter it. For the batch system's prolog, as root.",
    );
  return addFlags(command, SETUP_FLAGS).action(async () => {
    await setUpByFlags(readFlags(command, SETUP_FLAGS, context.env), context);
  });
}
