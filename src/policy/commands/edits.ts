// Edits that many practices offer: words added to a command, commands added to a script, steps joined. An edit that might change
// more than it says is not made. Knows no rule.

import type { Range } from "../../base/source.ts";
import type { RecipeView, ScriptView, StepView } from "../recipe-view/types.ts";
import type { Edit } from "../types.ts";

/** Inserts text behind a part. */
export function insertBehind({ end }: Range, text: string): Edit {
  return { range: { start: end, end }, text };
}

/** Inserts text in front of a part. */
export function insertBefore({ start }: Range, text: string): Edit {
  return { range: { start, end: start }, text };
}

/** Removes a word and the blanks in front of it. */
export function withoutWord({ source: { text } }: RecipeView, { start, end }: Range): Edit {
  let from = start;
  while (from > 0 && /[ \t]/.test(text[from - 1] ?? "")) from -= 1;
  return { range: { start: from, end }, text: "" };
}

/** Adds a command behind the last one of a step; undefined where that cannot be said in one place. */
export function appendCommand(recipe: RecipeView, step: StepView, command: string): Edit | undefined {
  const [script] = step.scripts;
  if (!script || script.exec || script.shell === undefined || step.scripts.length !== 1) return undefined;
  if (script.problems.length > 0 || isLeft(script)) return undefined;
  if (step.section) return appendLine(recipe, step, command);
  if (script.heredoc) {
    const { end } = script.range;
    const whole = recipe.source.text.slice(0, end).endsWith("\n");
    return whole ? { range: { start: end, end }, text: `${command}\n` } : undefined;
  }
  return isPlain(recipe, step)
    ? insertBehind({ start: 0, end: step.range.end }, chained(recipe, step, command))
    : undefined;
}

/** Nothing behind its last command would run. */
function isLeft({ commands }: ScriptView): boolean {
  const last = commands.findLast(({ substituted }) => !substituted);
  return last?.name === "exit" || last?.name === "exec" || last?.wrappers.some(({ name }) => name === "exec") === true;
}

function appendLine({ source: { text } }: RecipeView, { range }: StepView, command: string): Edit | undefined {
  const end = range.start + text.slice(range.start, range.end).trimEnd().length;
  // The line goes on, or an operator waits for what is next.
  if (/(?:\\|&&|\|)$/.test(text.slice(range.start, end))) return undefined;
  const line = text.slice(text.lastIndexOf("\n", end - 1) + 1, end);
  const indent = /^%/.test(line) ? "    " : (/^[ \t]*/.exec(line)?.[0] ?? "");
  return { range: { start: end, end }, text: `\n${indent}${command}` };
}

// `&&` as the step's other lines have it.
function chained({ source: { text } }: RecipeView, { range }: StepView, command: string): string {
  const body = text.slice(range.start, range.end);
  const last = /\n([ \t]*)(&&[ \t]*)?[^\n]*$/.exec(body);
  if (!last) return ` && ${command}`;
  const indent = last[1] === "" ? "    " : last[1];
  return last[2] === undefined ? ` && \\\n${indent}${command}` : ` \\\n${indent}${last[2]}${command}`;
}

// One script in the shell's form that nothing hides behind: no here-document, no comment at its end, no open operator.
function isPlain({ source: { text }, dockerfile }: RecipeView, step: StepView): boolean {
  const [script] = step.scripts;
  const { instruction, range } = step;
  if (!script || script.exec || script.heredoc || !instruction || instruction.heredocs.length > 0) return false;
  if (dockerfile?.escape !== "\\" || step.onBuild) return false;
  const body = text.slice(range.start, range.end).trimEnd();
  if (/[;&|\\({]$/.test(body) || script.comments.length > 0) return false;
  return body.length === range.end - range.start;
}

// What the shell remembers, and what binds looser than &&: joined, they would mean something else.
const STATEFUL = /(^|[;&|\s])(cd|pushd|set|shopt|export|exit|exec|umask|ulimit|trap|source|\.)\s/;
const LOOSE = /;|\|\||#|(^|[^&])&([^&]|$)/;

/** Joins a RUN with the next one by `&&`; undefined where that may change what they do. */
export function joinSteps(recipe: RecipeView, first: StepView, second: StepView): Edit | undefined {
  const { text } = recipe.source;
  const both = [first, second];
  if (both.some((step) => step.keyword !== "RUN" || !isPlain(recipe, step))) return undefined;
  if (both.some(({ instruction }) => (instruction?.flags.length ?? 0) > 0)) return undefined;
  const { instruction } = second;
  if (instruction?.keyword !== "RUN" || text.slice(first.range.end, second.range.start).trim() !== "") return undefined;
  const [before, after] = both.map(({ scripts }) => scripts[0]?.text ?? "");
  if (STATEFUL.test(before ?? "") || LOOSE.test(before ?? "") || LOOSE.test(after ?? "")) return undefined;
  return { range: { start: first.range.end, end: instruction.command.range.start }, text: " \\\n && " };
}
