// A script as practices see it: its shell, its commands in the order of their execution, the way back to the recipe.

import type { Problem, Range } from "../../base/source.ts";
import type { CommandForm } from "../../recipe/dockerfile/ast.ts";
import type { ExpansionWork } from "../../recipe/expansion-work.ts";
import { placeIn, type ScriptText } from "../../recipe/script-text.ts";
import { argvTree } from "../../recipe/shell/argv.ts";
import { simpleCommands } from "../../recipe/shell/commands.ts";
import { parseShell } from "../../recipe/shell/parse.ts";
import { commandViews } from "./command-view.ts";
import type { Variables } from "./expansion.ts";
import type { ShellUse } from "./shell-of.ts";
import type { ScriptPurpose, ScriptView } from "./types.ts";

/** What is known before a script begins. */
export interface ScriptStart {
  readonly purpose: ScriptPurpose;
  readonly variables: Variables;
  readonly folder: string | undefined;
  /** What values of variables may cost. */
  readonly work: ExpansionWork;
  /** Added to: what the shell's parser has to say. */
  readonly problems: Problem[];
  /** The place in the file of a place in the text that was parsed, where they are not the same. */
  readonly at?: ((range: Range) => Range) | undefined;
}

/** A script for a shell, or for another interpreter, of which nothing is understood. */
export function shellScript(
  { text, segments }: ScriptText,
  start: ScriptStart & ShellUse & { readonly range: Range; readonly heredoc: boolean },
): ScriptView {
  const { purpose, range, shell, heredoc, errexit, pipefail, problems } = start;
  const at = start.at ?? same;
  const dialect = shell === "bash" ? "bash" : "posix";
  const tree = shell === undefined ? undefined : parseShell(text, { segments, dialect });
  const found = [...(tree?.problems ?? [])];
  const commands = tree ? simpleCommands(tree, { errexit, pipefail }, found) : [];
  const own = found.map((problem) => ({ ...problem, range: at(problem.range) }));
  for (const problem of own) problems.push(problem);
  return {
    ...{ purpose, range, text, shell, exec: false, heredoc, errexit, pipefail, tree, problems: own },
    place: (part) => at(placeIn(segments, part.start, part.end)),
    commands: commandViews(commands, { ...start, at }),
    comments: (tree?.comments ?? []).map((comment) => at(comment.range)),
  };
}

/** A command in JSON form: one command without a shell, or the script that it gives to one. */
export function execScript({ items, range }: ExecForm, start: ScriptStart): ScriptView {
  const tree = argvTree(items, range);
  const problems: Problem[] = [];
  const commands = simpleCommands(tree, undefined, problems);
  for (const problem of problems) start.problems.push(problem);
  return {
    ...{ purpose: start.purpose, range, text: "", shell: undefined, exec: true, heredoc: false },
    ...{ errexit: false, pipefail: false, tree: undefined, comments: [], problems },
    place: () => range,
    commands: commandViews(commands, { ...start, at: start.at ?? same }),
  };
}

type ExecForm = Extract<CommandForm, { readonly form: "exec" }>;

const same = (range: Range) => range;
