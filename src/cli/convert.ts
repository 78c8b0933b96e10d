// `berth convert`: a Dockerfile as a definition file, or the other way round.

import { Command } from "commander";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";

const FLAGS = [
  { long: "to", kind: "text", value: "language", env: [], help: "def or dockerfile; default: the other one" },
  {
    long: "output",
    short: "o",
    kind: "text",
    value: "file",
    env: [],
    help: "write the recipe there, not to standard output",
  },
  { long: "force", short: "F", kind: "switch", env: [], help: "replace an existing file" },
  { long: "json", short: "j", kind: "switch", env: [], help: "print recipe and report as one JSON document" },
  { long: "build-arg", kind: "list", value: "name=value", env: [], help: "value of a build argument; may be repeated" },
  { long: "context", kind: "text", value: "folder", env: [], help: "build context; default: the folder of RECIPE" },
  {
    long: "target",
    kind: "text",
    value: "stage",
    env: [],
    help: "stage of a Dockerfile to convert; default: the last",
  },
] as const satisfies readonly FlagSpec[];

/** `berth convert RECIPE`. */
export function convertCommand(context: Context): Command {
  const command = new Command("convert")
    .summary("turn a Dockerfile into a definition file, or back")
    .description(
      "Converts RECIPE and reports on standard error what became of each line: exact, approximated or dropped. Exit status: 0 all exact, 3 something approximated, 4 something dropped.",
    )
    .usage("[options] RECIPE")
    .argument("<recipe>");
  return addFlags(command, FLAGS).action(async (recipe: string) => {
    const { "build-arg": buildArgs, ...values } = readFlags(command, FLAGS, context.env);
    const { convert } = await import("./convert-run.ts");
    await convert(recipe, { ...values, buildArgs }, context);
  });
}
