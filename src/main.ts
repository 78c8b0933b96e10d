// The entry of berth: reads the name it was called by and the flags before the command, hands over to the command, and
// turns what was thrown into a sentence and an exit status. Nothing else prints errors or ends the process.

import { basename } from "node:path";
import { BerthError } from "./base/errors.ts";
import { type Context, interruptedBy, processContext } from "./cli/context.ts";
import { writeError } from "./cli/terminal-log.ts";
import { readVerbosity } from "./cli/verbosity.ts";
import { takeHandoverMark } from "./platform/handover.ts";
import { needCompiler, takeMarks } from "./platform/lean.ts";

const SHIFTER_NAMES = new Set(["shifter", "shifterimg", "setupRoot", "unsetupRoot"]);
const SIGNAL_STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

async function main(argv: readonly string[]): Promise<number> {
  const { verbosity, rest } = readVerbosity(nameToCommand(calledAs(argv), argv.slice(2)));
  try {
    return await perform(rest, processContext(verbosity));
  } catch (error) {
    const interruption = interruptedBy();
    if (interruption) return SIGNAL_STATUS[interruption];
    const [{ errorReport }, { colorsShown }] = await Promise.all([
      import("./cli/report.ts"),
      import("./cli/terminal-log.ts"),
    ]);
    const style = { color: colorsShown(verbosity, process.env), debug: verbosity.level === "debug" };
    writeError(errorReport(error, style));
    return error instanceof BerthError ? error.exit : 255;
  }
}

// Those that start containers come first, each with no more loaded than it needs.
async function perform(rest: readonly string[], context: Context): Promise<number> {
  const [name, ...words] = rest;
  // It becomes the program of a task.
  if (name === "shifter") return await (await import("./cli/shifter/run.ts")).runShifter(words, context);
  if (await (await import("./cli/quick.ts")).runQuickly(rest, context)) return Number(process.exitCode ?? 0);
  // Root's, at the beginning and the end of every job.
  if (name === "node" && (await (await import("./cli/node/quick-node.ts")).runNodeQuickly(words, context)))
    return Number(process.exitCode ?? 0);
  if (name === "slurm" && (await (await import("./cli/slurm/quick-slurm.ts")).runSlurmQuickly(words, context)))
    return Number(process.exitCode ?? 0);
  if (name === "setupRoot" || name === "unsetupRoot") {
    const { runSetupRoot, runUnsetupRoot } = await import("./cli/node/setup-root.ts");
    return await (name === "setupRoot" ? runSetupRoot(words, context) : runUnsetupRoot(context));
  }
  needCompiler(process.env);
  // Its command line is not of berth's kind, and it is called at the start of every job.
  if (name === "shifterimg") return await (await import("./cli/shifterimg/run.ts")).runShifterimg(words, context);
  const { runProgram } = await import("./cli/program.ts");
  return await runProgram(rest, context);
}

// The packed binary is told its name in argv0; run from source, the script's name counts.
function calledAs(argv: readonly string[]): string {
  return basename(process.execPath).startsWith("node") ? (argv[1] ?? "") : process.argv0;
}

// `#!/usr/bin/env run-singularity` is the launch line of every SIF file: made executable, the image runs itself.
// Shifter's programs for users are called by their own names; their words are their own too.
function nameToCommand(name: string, args: string[]): string[] {
  if (basename(name) === "run-singularity") return ["run", ...args];
  return SHIFTER_NAMES.has(basename(name)) ? [basename(name), ...args] : args;
}

takeMarks(process.env);
takeHandoverMark(process.env);
main(process.argv).then((status) => {
  process.exitCode = status;
});
