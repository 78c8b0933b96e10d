// Completions for bash 4 and later, without the package bash-completion. One function looks at the words; tables, as `case`
// statements, say what there is.

import { everyCommand, type TreeCommand, type TreeFlag } from "../command-tree.ts";
import { valueKind } from "./value.ts";

/** The script. */
export function bashCompletion(tree: TreeCommand): string {
  const all = [...everyCommand(tree)];
  return [
    "# bash completions of berth; made by `berth completion bash`",
    table("_berth_commands", all, nextWords),
    table("_berth_flags", all, ({ flags }) => flags.flatMap(({ names }) => names)),
    table("_berth_passing", all, ({ passesOn }) => (passesOn ? ["yes"] : [])),
    values(all),
    WALK,
  ].join("\n");
}

function nextWords({ commands, operands }: TreeCommand): readonly string[] {
  return commands.length > 0 ? commands.map(({ path }) => path.at(-1) ?? "") : (operands[0]?.choices ?? []);
}

function table(name: string, all: readonly TreeCommand[], words: (command: TreeCommand) => readonly string[]): string {
  const lines = all.filter((command) => words(command).length > 0);
  const cases = lines.map(
    (command) => `    ${quoted(command.path.join(" "))}) echo ${quoted(words(command).join(" "))} ;;`,
  );
  return [`${name}() {`, '  case "$1" in', ...cases, "  esac", "}"].join("\n");
}

// What follows a flag: nothing is printed for a switch.
function values(all: readonly TreeCommand[]): string {
  const cases = all.flatMap(({ path, flags }) =>
    flags
      .filter(({ value }) => value !== undefined)
      .map((flag) => `    ${patterns(path, flag)}) echo ${quoted(answer(flag))} ;;`),
  );
  return ["_berth_value() {", '  case "$1 $2" in', ...cases, "  esac", "}"].join("\n");
}

function patterns(path: readonly string[], { names }: TreeFlag): string {
  return names.map((name) => quoted(`${path.join(" ")} ${name}`)).join("|");
}

function answer(flag: TreeFlag): string {
  const kind = valueKind(flag);
  return kind === "choices" ? `choices ${flag.choices.join(" ")}` : kind;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const WALK = `_berth() {
  local cur=\${COMP_WORDS[COMP_CWORD]} path= operand= pending= word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == = ]]; then continue; fi
    if [[ -n $pending ]]; then pending=; continue; fi
    if [[ $word == -* && -z $operand ]]; then
      pending=$(_berth_value "$path" "$word")
    elif [[ -z $operand && " $(_berth_commands "$path") " == *" $word "* ]]; then
      path=\${path:+$path }$word
    elif [[ -n $(_berth_passing "$path") ]]; then
      operand=yes
    fi
  done
  if [[ $cur == = ]]; then cur=; fi
  case $pending in
  choices*) COMPREPLY=($(compgen -W "\${pending#choices}" -- "$cur")) ;;
  directories) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
  files) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
  nothing) ;;
  *)
    if [[ -z $operand && $cur == -* ]]; then
      COMPREPLY=($(compgen -W "$(_berth_flags "$path")" -- "$cur"))
    elif [[ -z $operand && -n $(_berth_commands "$path") ]]; then
      COMPREPLY=($(compgen -W "$(_berth_commands "$path")" -- "$cur"))
    else
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
    ;;
  esac
}
complete -F _berth berth
`;
