// A command as a manual page in the man macros, which every man program reads. Pure.

import type { TreeCommand, TreeFlag } from "../command-tree.ts";

/** What the foot of a page says. */
export interface PageStamp {
  readonly version: string;
  readonly date: Date;
}

/** `berth-cache-clean` */
export function pageName(path: readonly string[]): string {
  return ["berth", ...path].join("-");
}

/** The page of a command. */
export function manualPage(command: TreeCommand, { version, date }: PageStamp): string {
  const name = pageName(command.path);
  const lines = [
    `.TH ${name.toUpperCase().replaceAll("-", "\\-")} 1 ${date.toISOString().slice(0, 10)} "berth ${roff(version)}" "User Commands"`,
    ".SH NAME",
    `${roff(name)} \\- ${roff(command.summary)}`,
    ".SH SYNOPSIS",
    `.B ${roff(["berth", ...command.path].join(" "))}`,
    roff(command.usage || "[options]"),
    ".SH DESCRIPTION",
    text(sentence(command.description || command.summary)),
    ...section("OPERANDS", command.operands.filter(({ help }) => help !== "").flatMap(operand)),
    ...section("COMMANDS", command.commands.flatMap(subcommand)),
    ...section("OPTIONS", command.flags.flatMap(option)),
    ...environment(command),
    ...EXIT_STATUS,
    ...section("SEE ALSO", [seeAlso(command)]),
  ];
  return `${lines.join("\n")}\n`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`.SH ${title}`, ...lines];
}

function operand({ name, help }: TreeCommand["operands"][number]): string[] {
  return [".TP", `.I ${roff(name)}`, text(sentence(help))];
}

function subcommand({ path, summary }: TreeCommand): string[] {
  return [".TP", `.BR ${roff(pageName(path))} (1)`, text(sentence(summary))];
}

function option(flag: TreeFlag): string[] {
  const value = flag.value === undefined ? "" : ` \\fI${roff(flag.value)}\\fR`;
  const names = [...flag.names].reverse().map((name) => `\\fB${roff(name)}\\fR`);
  const more = [
    flag.repeats ? "May be repeated." : "",
    flag.choices.length > 0 ? `One of ${flag.choices.join(", ")}.` : "",
    flag.fallback === undefined ? "" : `Default: ${flag.fallback}.`,
  ].filter((part) => part !== "");
  return [".TP", names.join(", ") + value, text([sentence(flag.help), ...more].join(" "))];
}

function environment({ flags, path }: TreeCommand): readonly string[] {
  const entries = flags.flatMap(({ names, variables }) =>
    variables.map((variable) => [".TP", `.B ${roff(variable)}`, text(`As ${names[0]} does.`)]),
  );
  if (entries.length === 0) return [];
  const note = `The command line wins over a variable, except that lists are joined. ${pageName(path)} reads the names that begin with APPTAINER_ and SINGULARITY_ too.`;
  return section("ENVIRONMENT", [text(note), ...entries.flat()]);
}

const EXIT_STATUS = [
  ".SH EXIT STATUS",
  "0 for success, 1 for wrong usage, 255 when berth itself fails.",
  "A command that runs a program ends with that program's status; 126 means that it could not be executed, 127 that it was not found.",
];

function seeAlso({ path, commands }: TreeCommand): string {
  const above = path.length === 0 ? commands.map((child) => child.path) : [path.slice(0, -1)];
  return above.map((other, at) => `.BR ${roff(pageName(other))} (1)${at < above.length - 1 ? " ," : ""}`).join("\n");
}

function sentence(words: string): string {
  if (words === "") return "";
  const start = /^[a-z][a-z]+[ ,:;]/.test(words) ? words.charAt(0).toUpperCase() + words.slice(1) : words;
  return /[.!?]$/.test(start) ? start : `${start}.`;
}

// A line that begins with a dot or an apostrophe would be a macro.
function text(words: string): string {
  return roff(words).replace(/^(?=[.'])/gm, "\\&");
}

function roff(words: string): string {
  return words
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("`", "\\(ga")
    .replaceAll('"', "\\(dq")
    .replace(/[^\x00-\x7f]/gu, (c) => `\\[u${(c.codePointAt(0) ?? 63).toString(16).toUpperCase().padStart(4, "0")}]`);
}
