// The full command line: help, suggestions, usage errors, and every command but the quick ones. Only the command that is
// called is loaded.

import { Command, CommanderError } from "commander";
import { COMMANDS, INTERNAL_COMMANDS } from "./commands.ts";
import type { Context } from "./context.ts";
import { print } from "./output.ts";
import { VERSION } from "./version.ts";

/** Parses `args`, runs the command, and answers the exit status; wrong usage is 1 (spec/apptainer.md 1.1). */
export async function runProgram(args: readonly string[], context: Context): Promise<number> {
  const program = newProgram();
  const named = args[0] === "help" ? args[1] : args[0];
  const entry = [...COMMANDS, ...INTERNAL_COMMANDS].find(({ name }) => name === named);
  if (entry) remind(program.addCommand(inherit(await entry.load(context), program)));
  else
    for (const { name, summary } of COMMANDS)
      program
        .command(name)
        .summary(summary)
        .action(() => {});
  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 1 ? (entry?.usageExit ?? 1) : error.exitCode;
    throw error;
  }
}

/** The command line without its commands. */
export function newProgram(): Command {
  return new Command("berth")
    .description("The container platform of a shared research-computing site")
    .version(`berth ${VERSION}`, "--version", "print the version")
    .option("-d, --debug", "say everything that is done")
    .option("-q, --quiet", "no information lines, only warnings and errors")
    .option("-s, --silent", "errors only")
    .option("--nocolor", "no colours (as with NO_COLOR)")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .showSuggestionAfterError()
    .showHelpAfterError("       berth --help lists the commands")
    .configureOutput({ writeOut: print })
    .enablePositionalOptions()
    .exitOverride();
}

// Commands that are made elsewhere do not inherit the handling of exits by themselves.
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent).exitOverride();
  for (const child of command.commands) inherit(child, command);
  return command;
}

// Wrong usage is answered with the right one.
function remind(parent: Command): void {
  for (const command of parent.commands) {
    command.showHelpAfterError(`       usage: ${command.createHelp().commandUsage(command)}`);
    remind(command);
  }
}
