// Variables of a script as far as they are known where a run line stands: assignments and exports above it. What is set where
// it may not run, or where it is forgotten again, is not known.

import type { Assignment, Word } from "../shell/ast.ts";
import type { CommandUse } from "../shell/commands.ts";
import { assignmentOf } from "../shell/word-assignment.ts";
import { staticText } from "../shell/word-text.ts";
import { isToolVariable } from "./parse.ts";
import type { RunVariable, RunWord } from "./types.ts";

/** The variables of a script at some place. */
export interface KnownVariables {
  readonly all: Map<string, RunVariable>;
  /** Those that the tools read. */
  readonly exported: Map<string, RunVariable>;
}

// Every run line gets all that are exported: nobody has more for a tool that runs containers.
const MAX_EXPORTED = 100;

const MAX_LENGTH = 65_536;

/** Nothing is known yet. */
export function knownVariables(): KnownVariables {
  return { all: new Map(), exported: new Map() };
}

/** A word with the variables that are known. */
export function runWord(word: Word, { all }: KnownVariables): RunWord {
  return { text: word.text, value: staticText(word, (name) => all.get(name)?.value), range: word.range };
}

/** The variable that an assignment sets. */
export function variableOf(assignment: Assignment, { all }: KnownVariables, exported: boolean): RunVariable {
  const { name, value, array, append, range } = assignment;
  const text = value ? staticText(value, (other) => all.get(other)?.value) : array ? undefined : "";
  const before = append ? all.get(name)?.value : "";
  const known = text !== undefined && before !== undefined && before.length <= MAX_LENGTH;
  return { name, range, exported, valueRange: value?.range, value: known ? before + text : undefined };
}

/** Notes what a command sets for those behind it: assignments alone, and `export`. */
export function remember(command: CommandUse, known: KnownVariables): void {
  const exports = command.name === "export" || command.name === "declare";
  if (command.name !== "" && !exports) return;
  const unsure = command.conditional || command.subshell || command.inFunction !== undefined;
  const inWords = exports ? command.words.flatMap((word) => assignmentOf(word) ?? []) : [];
  for (const assignment of [...command.assignments, ...inWords]) {
    const exported = exports || known.all.get(assignment.name)?.exported === true;
    const variable = variableOf(assignment, known, exported);
    keep(known, unsure ? { ...variable, value: undefined } : variable);
  }
  for (const { text } of exports ? command.words : []) {
    const variable = known.all.get(text);
    if (variable) keep(known, { ...variable, exported: true });
  }
}

function keep({ all, exported }: KnownVariables, variable: RunVariable): void {
  all.set(variable.name, variable);
  if (!variable.exported || !isToolVariable(variable.name)) return;
  if (exported.size < MAX_EXPORTED || exported.has(variable.name)) exported.set(variable.name, variable);
}
