// The simple commands of a script as practices see them, each with what is known when it runs: the folder after `cd`, variables that
// were set and exported before. What depends on a condition is not known.

import type { Range } from "../../base/source.ts";
import { afford, type ExpansionWork } from "../../recipe/expansion-work.ts";
import type { Assignment, Redirect, Word } from "../../recipe/shell/ast.ts";
import type { CommandUse } from "../../recipe/shell/commands.ts";
import { mayBeSplit, staticText } from "../../recipe/shell/word-text.ts";
import { absolute, type Variables } from "./expansion.ts";
import type { AssignmentView, CommandView, RedirectView, ScriptPurpose, WordView } from "./types.ts";
import { VariableMap } from "./variable-map.ts";

/** What is known before the first command. */
export interface CommandStart {
  readonly purpose: ScriptPurpose;
  readonly variables: Variables;
  readonly folder: string | undefined;
  /** What values of variables may cost. */
  readonly work: ExpansionWork;
  at(range: Range): Range;
}

interface State {
  /** All variables. */
  values: VariableMap;
  /** Those of the step and those that were exported. */
  exported: VariableMap;
  folder: string | undefined;
}

/** The views of commands, in their order. */
export function commandViews(uses: readonly CommandUse[], start: CommandStart): readonly CommandView[] {
  const variables = VariableMap.from(start.variables);
  const main: State = { values: variables, exported: variables, folder: start.folder };
  let inner: State | undefined;
  return uses.map((use) => {
    // A subshell begins with what is known outside, and what it learns is forgotten behind it.
    inner = use.subshell ? (inner ?? { ...main }) : undefined;
    const state = inner ?? main;
    const view = viewOf(use, state, start);
    learn(view, use, state);
    return view;
  });
}

function viewOf(use: CommandUse, state: State, { purpose, work, at }: CommandStart): CommandView {
  const value = (name: string) => {
    const text = state.values.get(name);
    return text === undefined || afford(work, text.length) ? text : undefined;
  };
  const { errexit, pipefail, condition, substituted, pipe, range, nameWord } = use;
  // `$PM curl`, where PM is `apt-get install`.
  const [named, ...more] = nameWord && use.name === undefined ? wordsOf(nameWord, value, at) : [];
  const name = use.name ?? baseName(named?.value);
  const assignments = use.assignments.map((one) => assignmentOf(one, value, at));
  const whole = at(range);
  return {
    ...{ name, range: whole, nameRange: nameWord ? at(nameWord.range) : whole },
    words: [...more, ...use.words.flatMap((word) => wordsOf(word, value, at))],
    assignments,
    redirects: use.redirects.flatMap((redirect) => redirectOf(redirect, value, at) ?? []),
    wrappers: use.wrappers.map((wrapper) => ({ name: wrapper.name, range: at(wrapper.range) })),
    operatorBefore: use.operatorBefore,
    operatorAfter: use.operatorAfter,
    ...{ pipe, errexit, pipefail, condition, substituted, purpose, folder: state.folder },
    variables: environmentOf(state, assignments),
    conditional: use.conditional || use.inFunction !== undefined,
  };
}

type Lookup = (name: string) => string | undefined;

function baseName(text: string | undefined): string | undefined {
  return text?.slice(text.lastIndexOf("/") + 1);
}

// A variable outside quotes may be several words, all of which stand in its place.
function wordsOf(word: Word, value: Lookup, at: CommandStart["at"]): readonly WordView[] {
  const text = staticText(word, value);
  const range = at(word.range);
  if (text === undefined || !mayBeSplit(word) || !/\s/.test(text)) return [{ text: word.text, value: text, range }];
  return text
    .split(/\s+/)
    .filter(Boolean)
    .map((part) => ({ text: word.text, value: part, range }));
}

function assignmentOf(one: Assignment, value: Lookup, at: CommandStart["at"]): AssignmentView {
  const { name, append, range } = one;
  const plain = one.array === undefined && one.index === undefined;
  const text = one.value ? staticText(one.value, value) : plain ? "" : undefined;
  const before = append ? value(name) : "";
  const whole = text === undefined || before === undefined ? undefined : before + text;
  return { name, append, value: whole, text: one.value?.text ?? "", range: at(range) };
}

function redirectOf(
  { operator, target, heredoc, range, descriptor }: Redirect,
  value: Lookup,
  at: CommandStart["at"],
): RedirectView | undefined {
  if (!target) return undefined;
  return {
    operator,
    descriptor,
    target: { text: target.text, value: staticText(target, value), range: at(target.range) },
    content: heredoc && { text: heredoc.content, range: at(heredoc.range) },
    range: at(range),
  };
}

function environmentOf({ exported }: State, assignments: readonly AssignmentView[]): Variables {
  return assignments.reduce((environment, { name, value }) => environment.with(name, value), exported);
}

function set(state: State, name: string, value: string | undefined): void {
  state.values = state.values.with(name, value);
  if (state.exported.has(name)) state.exported = state.exported.with(name, value);
}

const DECLARING = new Set(["export", "declare", "typeset", "readonly", "local"]);

function learn({ name, words, assignments }: CommandView, use: CommandUse, state: State): void {
  const certain = !use.conditional && use.inFunction === undefined;
  if (name === "") for (const one of assignments) set(state, one.name, certain ? one.value : undefined);
  if (name === "cd" || name === "pushd") state.folder = certain ? absolute(words[0]?.value, state.folder) : undefined;
  if (name === "unset") for (const { value } of words) if (value !== undefined) set(state, value, undefined);
  if (name === undefined || !DECLARING.has(name)) return;
  const exports = name === "export" || words.some(({ text }) => /^-\w*x/.test(text));
  for (const { text, value } of words) {
    const match = /^(\w+)(=)?/.exec(text);
    if (match?.[1] === undefined) continue;
    if (match[2] !== undefined) set(state, match[1], certain ? value?.slice(match[0].length) : undefined);
    if (exports) state.exported = state.exported.with(match[1], state.values.get(match[1]));
  }
}
