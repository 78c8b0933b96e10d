// The place of `shifter` in the tree of berth's commands, for help, manual pages and completion. `src/main.ts` runs it before
// the parser of berth's commands sees its words.

import { Command } from "commander";
import type { Context } from "../context.ts";
import { HELP } from "./usage.ts";

/** `berth shifter`: whatever follows is its own, `--help` too. */
export function shifterCommand(context: Context): Command {
  const command = new Command("shifter")
    .description("Shifter's program that runs programs in images of the site, also under its own name.")
    .argument("[words...]", "[OPTION]... [PROGRAM [ARGUMENT]...]")
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words: readonly string[]) => {
      const { runShifter } = await import("./run.ts");
      process.exitCode = await runShifter(words, context);
    });
  // Its own help in place of one that knows none of its options.
  command.helpInformation = () => HELP;
  return command;
}
