// The commands of a script that stands in a file of its own: a job script.

import type { Problem } from "../../base/source.ts";
import { expansionWork } from "../../recipe/expansion-work.ts";
import { simpleCommands } from "../../recipe/shell/commands.ts";
import { parseShell } from "../../recipe/shell/parse.ts";
import { commandViews } from "./command-view.ts";
import { shellOfShebang } from "./shell-of.ts";
import type { CommandView } from "./types.ts";

/** What a script's text holds, with places in it. */
export interface ScriptFile {
  readonly commands: readonly CommandView[];
  /** What a shell could not read; nothing of scripts for others. */
  readonly problems: readonly Problem[];
  /** What the first line names, where that is no shell whose grammar is known here: the commands are a guess. */
  readonly interpreter: string | undefined;
}

/** Reads a script. */
export function scriptFile(text: string): ScriptFile {
  const start = {
    purpose: "entry",
    variables: new Map<string, string>(),
    folder: undefined,
    work: expansionWork(),
  } as const;
  const tree = parseShell(text);
  const problems: Problem[] = [...tree.problems];
  const commands = commandViews(simpleCommands(tree, undefined, problems), { ...start, at: (range) => range });
  const interpreter = foreignInterpreter(text);
  return { commands, problems: interpreter === undefined ? problems : [], interpreter };
}

function foreignInterpreter(text: string): string | undefined {
  const line = /^\uFEFF?#!([^\r\n]*)/.exec(text)?.[1]?.trim();
  if (line === undefined || line === "") return undefined;
  const { shell } = shellOfShebang(line);
  return shell === undefined || shell === "zsh" ? line.slice(0, 60) : undefined;
}
