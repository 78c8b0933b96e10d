// Completions for fish: one line for every command and flag, each with the condition under which it is meant.

import { everyCommand, type TreeCommand, type TreeFlag } from "../command-tree.ts";
import { valueKind } from "./value.ts";

/** The script. */
export function fishCompletion(tree: TreeCommand): string {
  return [
    "# fish completions of berth; made by `berth completion fish`",
    AT,
    ...[...everyCommand(tree)].flatMap(lines),
    "",
  ].join("\n");
}

function lines({ path, commands, operands, flags, passesOn }: TreeCommand): string[] {
  const exact = `-n ${quoted(`__berth_at exact ${path.join(" ")}`.trim())}`;
  const below = `-n ${quoted(`__berth_at ${passesOn || commands.length > 0 ? "exact" : "below"} ${path.join(" ")}`.trim())}`;
  const names = commands.map(
    (child) => `complete -c berth ${exact} -f -a ${quoted(child.path.at(-1) ?? "")} -d ${quoted(child.summary)}`,
  );
  const choices = operands[0]?.choices ?? [];
  if (choices.length > 0) names.push(`complete -c berth ${exact} -f -a ${quoted(choices.join(" "))}`);
  return [...names, ...flags.map((flag) => `complete -c berth ${below}${flagWords(flag)}`)];
}

function flagWords(flag: TreeFlag): string {
  const names = flag.names
    .map((name) => (name.startsWith("--") ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`))
    .join("");
  return `${names}${valueWords(flag)} -d ${quoted(flag.help)}`;
}

function valueWords(flag: TreeFlag): string {
  if (flag.value === undefined) return "";
  const kind = valueKind(flag);
  if (kind === "choices") return ` -x -a ${quoted(flag.choices.join(" "))}`;
  if (kind === "directories") return " -x -a '(__fish_complete_directories)'";
  return kind === "files" ? " -r -F" : " -x";
}

function quoted(text: string): string {
  return `'${text.replace(/(['\\])/g, "\\$1")}'`;
}

// `exact`: the words so far are this command and nothing but flags; `below`: operands may have followed.
const AT = `function __berth_at
    set -l words
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; or set -a words $word
    end
    for name in $argv[2..-1]
        test "$name" = "$words[1]"; or return 1
        set -e words[1]
    end
    test "$argv[1]" = below; or test (count $words) -eq 0
end`;
