// The place of `shifterimg` in the tree of berth's commands, for help, manual pages and completion. `src/main.ts` runs it
// before the parser of berth's commands sees its words, unless that is asked for its help.

import { Command } from "commander";
import type { Context } from "../context.ts";
import { usage } from "./arguments.ts";

/** `berth shifterimg`: whatever follows is its own, `--help` too. */
export function shifterimgCommand(context: Context): Command {
  const command = new Command("shifterimg")
    .description("Shifter's program for images, also under its own name. Its words are read as Shifter reads them.")
    .argument("[words...]", "[OPTION]... MODE [TYPE:TAG]")
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words: readonly string[]) => {
      const { runShifterimg } = await import("./run.ts");
      process.exitCode = await runShifterimg(words, context);
    });
  // Its own help in place of one that knows neither its modes nor its options.
  command.helpInformation = usage;
  return command;
}
