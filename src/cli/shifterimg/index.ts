// The place of `shifterimg` in the tree of berth's commands, for help, manual pages and completion. `src/main.ts` runs it
// before the parser of berth's commands sees its words.

import { Command } from "commander";
import type { Context } from "../context.ts";

/** `berth shifterimg`. */
export function shifterimgCommand(context: Context): Command {
  return new Command("shifterimg")
    .description(
      "Shifter's program for images. Everything after this word is read as Shifter reads it: see berth shifterimg --help.",
    )
    .argument("[words...]", "[OPTION]... MODE [TYPE:TAG]")
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words: readonly string[]) => {
      const { runShifterimg } = await import("./run.ts");
      process.exitCode = await runShifterimg(words, context);
    });
}
