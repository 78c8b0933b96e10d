// The entry of berth: dispatches on the name it was called by, reads the flags that stand before the command, loads that
// one command, and turns what was thrown into a sentence and an exit status. Nothing else prints errors or exits.

import { basename } from "node:path";
import { Command, CommanderError } from "commander";
import { BerthError } from "./base/errors.ts";
import { COMMANDS } from "./cli/commands.ts";
import { Interruption, processContext } from "./cli/context.ts";
import { reportError } from "./cli/report.ts";
import { readVerbosity } from "./cli/verbosity.ts";
import { VERSION } from "./cli/version.ts";

const SIGNAL_STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

async function main(argv: readonly string[]): Promise<number> {
  const { verbosity, rest } = readVerbosity(nameToCommand(calledAs(argv), argv.slice(2)), process.env, process.stderr);
  try {
    const context = processContext(verbosity);
    const entry = COMMANDS.find((command) => command.name === rest[0]);
    const program = newProgram();
    if (entry) program.addCommand(prepare(await entry.load(context), program));
    else for (const { name, summary } of COMMANDS) program.command(name).summary(summary);
    await program.parseAsync(rest, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return statusOf(error, verbosity);
  }
}

function newProgram(): Command {
  return new Command("berth")
    .description("The container platform of a shared research-computing site")
    .version(VERSION, "--version", "print the version")
    .option("-d, --debug", "say everything that is done")
    .option("-q, --quiet", "no information lines, only warnings and errors")
    .option("-s, --silent", "errors only")
    .option("--nocolor", "no colours (as with NO_COLOR)")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride();
}

// Subcommands made elsewhere inherit neither the exit handling nor the positional options of the program.
function prepare(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  command.exitOverride();
  for (const child of command.commands) prepare(child, command);
  return command;
}

// The packed binary is told its name in argv0; run from source, the script's name counts.
function calledAs(argv: readonly string[]): string {
  return basename(process.execPath).startsWith("node") ? (argv[1] ?? "") : process.argv0;
}

// `#!/usr/bin/env run-singularity` is the launch line of every SIF file: made executable, the image runs itself.
function nameToCommand(name: string, args: string[]): string[] {
  return basename(name) === "run-singularity" ? ["run", ...args] : args;
}

function statusOf(error: unknown, verbosity: Parameters<typeof reportError>[1]): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof Interruption) return SIGNAL_STATUS[error.signalName];
  reportError(error, verbosity, (text) => process.stderr.write(text));
  return error instanceof BerthError ? error.exit : 255;
}

main(process.argv).then((status) => {
  process.exitCode = status;
});
