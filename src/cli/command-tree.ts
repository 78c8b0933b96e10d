// Every command of berth as data: what completions and manual pages are made from. It asks the parser's own objects, so
// neither can tell anything but what is parsed.

import { Command, type Option } from "commander";
import { flagOf } from "./command-flags.ts";
import { COMMANDS } from "./commands.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { newProgram } from "./program.ts";

/** One flag as it is written. */
export interface TreeFlag {
  /** With dashes; the long name first. */
  readonly names: readonly string[];
  /** What stands for the value; undefined for a switch. */
  readonly value: string | undefined;
  readonly choices: readonly string[];
  readonly help: string;
  readonly fallback: string | undefined;
  /** The variables that set it, the strongest first. */
  readonly variables: readonly string[];
  readonly repeats: boolean;
}

/** One command with everything below it. */
export interface TreeCommand {
  /** Words after `berth`; empty for berth itself. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly usage: string;
  readonly operands: readonly { readonly name: string; readonly help: string; readonly choices: readonly string[] }[];
  readonly flags: readonly TreeFlag[];
  readonly commands: readonly TreeCommand[];
  /** Flags end with the first operand: what follows belongs to the program in the container. */
  readonly passesOn: boolean;
}

/** The tree of all commands. Loads every one of them. */
export async function commandTree(context: Context): Promise<TreeCommand> {
  const loaded = await Promise.all(
    COMMANDS.map(async ({ summary, load }) => describe(await load(context), [], summary)),
  );
  const program = describe(newProgram(), [], "");
  const summary = "the container platform of a shared research-computing site";
  return { ...program, path: [], summary, commands: loaded };
}

function describe(command: Command, above: readonly string[], summary: string): TreeCommand {
  const path = [...above, command.name()];
  const help = new Command().createHelp();
  const children = command.commands.filter((child) => !isHidden(child));
  return {
    path,
    summary: summary || command.summary() || lowered(command.description()),
    description: command.description(),
    usage: command.usage(),
    operands: command.registeredArguments.map((argument) => ({
      name: help.argumentTerm(argument) + (argument.variadic ? "..." : ""),
      help: argument.description,
      choices: argument.argChoices ?? [],
    })),
    flags: [...command.options.filter((option) => !option.hidden).map(describeFlag), HELP],
    commands: children.map((child) => describe(child, path, "")),
    passesOn: (command as unknown as { _passThroughOptions?: boolean })._passThroughOptions === true,
  };
}

const HELP: TreeFlag = {
  names: ["--help", "-h"],
  value: undefined,
  choices: [],
  help: "show the help of the command",
  fallback: undefined,
  variables: [],
  repeats: false,
};

function describeFlag(option: Option): TreeFlag {
  const value = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1];
  const fallback = option.defaultValue;
  return {
    names: [option.long, option.short].filter((name): name is string => name !== undefined),
    value,
    choices: option.argChoices ?? [],
    help: option.description,
    fallback: typeof fallback === "string" || typeof fallback === "number" ? String(fallback) : undefined,
    variables: variablesOf(flagOf(option)),
    repeats: Array.isArray(fallback) || flagOf(option)?.kind === "list",
  };
}

function variablesOf(spec: FlagSpec | undefined): string[] {
  if (spec === undefined) return [];
  return (spec.env ?? [spec.long.toUpperCase().replaceAll("-", "_")]).map((key) => `BERTH_${key}`);
}

function isHidden(command: Command): boolean {
  return (command as unknown as { _hidden?: boolean })._hidden === true;
}

function lowered(sentence: string): string {
  return (sentence.charAt(0).toLowerCase() + sentence.slice(1)).replace(/\.$/, "");
}

/** All commands of a tree, itself first. */
export function* everyCommand(tree: TreeCommand): Generator<TreeCommand> {
  yield tree;
  for (const child of tree.commands) yield* everyCommand(child);
}
