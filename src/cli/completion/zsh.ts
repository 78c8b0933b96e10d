// Completions for zsh, in its own terms: a function of _arguments for every command.

import { everyCommand, type TreeCommand, type TreeFlag } from "../command-tree.ts";
import { valueKind } from "./value.ts";

/** The script; it works as a file `_berth` of the fpath and when it is sourced. */
export function zshCompletion(tree: TreeCommand): string {
  const functions = [...everyCommand(tree)].map(commandFunction);
  return ["#compdef berth", "# zsh completions of berth; made by `berth completion zsh`", ...functions, END].join("\n");
}

function commandFunction(command: TreeCommand): string {
  const flags = command.flags.map(flagSpec);
  const name = functionName(command.path);
  if (command.commands.length > 0) return branchFunction(name, flags, command);
  // What a container's program gets is completed as a command line of its own.
  const choices = command.operands[0]?.choices ?? [];
  if (choices.length > 0) flags.push(quoted(`1:word:(${choices.join(" ")})`));
  const rest = command.passesOn ? ["'1:image:_files'", "'*::command:_normal'"] : ["'*:file:_files'"];
  return [
    `${name}() {`,
    `  _arguments -s ${command.passesOn ? "-S -A '-*' " : ""}\\`,
    ...joined([...flags, ...rest]),
    "}",
  ].join("\n");
}

function branchFunction(name: string, flags: readonly string[], { path, commands }: TreeCommand): string {
  const entries = commands.map(
    (child) => `    ${quoted(`${child.path.at(-1)}:${child.summary.replaceAll(":", "\\:")}`)}`,
  );
  const cases = commands.map((child) => `      ${child.path.at(-1)}) ${functionName(child.path)} ;;`);
  return [
    `${name}() {`,
    "  local context state state_descr line",
    "  typeset -A opt_args",
    "  local -a commands",
    ...["  commands=(", ...entries, "  )"],
    "  _arguments -C \\",
    ...joined([...flags, "'1:command:->command'", "'*::argument:->argument'"]),
    "  case $state in",
    `    command) _describe -t commands ${quoted(["berth", ...path, "command"].join(" "))} commands ;;`,
    "    argument)",
    "      case $words[1] in",
    ...cases.map((line) => `  ${line}`),
    "      esac",
    "      ;;",
    "  esac",
    "}",
  ].join("\n");
}

function flagSpec(flag: TreeFlag): string {
  const help = `[${flag.help.replace(/([[\]:\\])/g, "\\$1")}]`;
  const value = flag.value === undefined ? "" : `:${flag.value.replace(/([:\\])/g, "\\$1")}:${action(flag)}`;
  const many = flag.repeats ? "*" : "";
  if (flag.names.length === 1) return quoted(`${many}${flag.names[0]}${help}${value}`);
  const exclusive = flag.repeats ? "'*'" : quoted(`(${flag.names.join(" ")})`);
  return `${exclusive}{${flag.names.join(",")}}${quoted(help + value)}`;
}

function action(flag: TreeFlag): string {
  const kind = valueKind(flag);
  if (kind === "choices") return `(${flag.choices.join(" ")})`;
  return { directories: "_files -/", files: "_files", nothing: " " }[kind];
}

function functionName(path: readonly string[]): string {
  return ["_berth", ...path].join("_").replaceAll("-", "_");
}

function joined(specs: readonly string[]): string[] {
  return specs.map((spec, at) => `    ${spec}${at < specs.length - 1 ? " \\" : ""}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const END = `if [[ $funcstack[1] == _berth ]]; then
  _berth "$@"
else
  compdef _berth berth
fi
`;
