// Every simple command that a script executes, in the order of the text: those of substitutions before the command that uses
// them, those of functions where they are defined, those of `sh -c '…'` in its place. Wrappers are taken off. Knows no rule.

import type { Problem, Range } from "../../base/source.ts";
import type { Assignment, Pipeline, Redirect, Script, ShellTree, SimpleCommand, Statement, Word } from "./ast.ts";
import { childrenOf, scriptsIn } from "./children.ts";
import { applySet, type FailureOptions } from "./set-options.ts";
import { commandName, type Unwrapped, unwrap, type WrapperUse } from "./unwrap.ts";
import { literalOf } from "./word-text.ts";

/** What stands between a command and its neighbour; empty at the ends of a list. */
export type Chain = "" | "&&" | "||" | ";" | "&" | "\n" | "|" | "|&";

/** A simple command and where it stands among others. */
export interface CommandUse {
  /** Without folder; empty for assignments or redirections alone; undefined when it depends on what is expanded. */
  readonly name: string | undefined;
  readonly nameWord: Word | undefined;
  /** Behind the name. */
  readonly words: readonly Word[];
  /** Its own, then those of wrappers (`env A=1`). */
  readonly assignments: readonly Assignment[];
  readonly redirects: readonly Redirect[];
  /** With wrappers, assignments and redirections. */
  readonly range: Range;
  /** Taken off, the outermost first. */
  readonly wrappers: readonly WrapperUse[];
  readonly operatorBefore: Chain;
  readonly operatorAfter: Chain;
  /** Place in its pipeline; a length of 1 is no pipe. */
  readonly pipe: { readonly index: number; readonly length: number };
  /** `set -e` is in force. */
  readonly errexit: boolean;
  /** `set -o pipefail` is in force. */
  readonly pipefail: boolean;
  /** It may fail without an end of the script whatever the options: in a condition, behind `!`, or before `&&` and `||`. */
  readonly checked: boolean;
  /** In the condition of an `if`, `while` or `until`, or behind `!`. */
  readonly condition: boolean;
  readonly negated: boolean;
  /** In `$(…)`, backquotes or `<(…)`. */
  readonly substituted: boolean;
  /** In a subshell or a substitution: what it changes (folder, variables) ends with that. */
  readonly subshell: boolean;
  /** In the body of this function. */
  readonly inFunction: string | undefined;
  /** In the body of a loop or of an `if` or `case`: it may never run. */
  readonly conditional: boolean;
  /** The whole command as it was read. */
  readonly node: SimpleCommand;
}

/** Everything a walk hands down. */
export interface Surroundings
  extends Pick<CommandUse, "wrappers" | "condition" | "substituted" | "subshell" | "inFunction" | "conditional"> {
  readonly depth: number;
}

type Position = Pick<CommandUse, "operatorBefore" | "operatorAfter" | "pipe" | "negated">;

interface Walk {
  readonly found: CommandUse[];
  /** What the parser has to say of scripts inside. */
  readonly problems: Problem[];
  options: FailureOptions;
}

const MAX_DEPTH = 10;

/** The simple commands of a script; `options` are in force at its beginning. What is wrong with scripts inside goes to `problems`. */
export function simpleCommands(
  { script }: Pick<ShellTree, "script">,
  options: FailureOptions = { errexit: false, pipefail: false },
  problems: Problem[] = [],
): readonly CommandUse[] {
  const walk: Walk = { found: [], options, problems };
  walkScript(walk, script, {
    ...{ wrappers: [], condition: false, substituted: false, subshell: false },
    ...{ inFunction: undefined, conditional: false, depth: 0 },
  });
  return walk.found;
}

function walkScript(walk: Walk, script: Script, around: Surroundings): void {
  // What a subshell sets is forgotten behind it.
  const { options } = walk;
  let before: Chain = "";
  for (const [index, statement] of script.statements.entries()) {
    const last = index === script.statements.length - 1;
    const after = statement.terminator?.text ?? "";
    walkStatement(walk, statement, around, before, last ? "" : after);
    before = after;
  }
  if (around.subshell) walk.options = options;
}

function walkStatement(walk: Walk, statement: Statement, around: Surroundings, before: Chain, after: Chain): void {
  const { pipelines, operators } = statement;
  for (const [index, pipeline] of pipelines.entries()) {
    walkPipeline(walk, pipeline, around, operators[index - 1]?.text ?? before, operators[index]?.text ?? after);
  }
}

function walkPipeline(walk: Walk, pipeline: Pipeline, around: Surroundings, before: Chain, after: Chain): void {
  const { commands, operators, negated } = pipeline;
  const timed = pipeline.timed ? [{ name: "time", range: pipeline.range }] : [];
  for (const [index, command] of commands.entries()) {
    const inner = {
      ...around,
      wrappers: index === 0 ? [...around.wrappers, ...timed] : around.wrappers,
      condition: around.condition || negated,
      subshell: around.subshell || commands.length > 1,
    };
    const position = {
      operatorBefore: operators[index - 1]?.text ?? before,
      operatorAfter: operators[index]?.text ?? after,
      pipe: { index, length: commands.length },
      negated,
    };
    if (command.kind === "simple") walkSimple(walk, command, inner, position);
    else for (const child of childrenOf(command)) walkScript(walk, child.script, { ...inner, ...child.surroundings });
  }
}

function walkSimple(walk: Walk, node: SimpleCommand, around: Surroundings, position: Position): void {
  const bare = unwrap(node.words);
  // Substitutions in the words of `sh -c "…"` stand in the inner script, too: they are found there.
  const outside = bare.script ? { ...node, words: [] } : node;
  for (const script of scriptsIn(outside)) walkScript(walk, script, { ...around, substituted: true, subshell: true });
  addUnwrapped(walk, node, bare, around, position);
  for (const words of bare.more) {
    const wrappers = [...around.wrappers, ...bare.wrappers, { name: "find", range: node.range }];
    addUnwrapped(walk, node, unwrap(words), { ...around, wrappers }, position);
  }
}

function addUnwrapped(
  walk: Walk,
  node: SimpleCommand,
  bare: Unwrapped,
  around: Surroundings,
  position: Position,
): void {
  const wrappers = [...around.wrappers, ...bare.wrappers];
  if (bare.script && around.depth < MAX_DEPTH) {
    walkInner(walk, bare.script, { ...around, wrappers });
    return;
  }
  const [nameWord, ...words] = bare.words;
  const name = nameWord ? commandName(nameWord) : "";
  const assignments = [...node.assignments, ...bare.assignments];
  const { operatorAfter } = position;
  const { depth: _, ...rest } = { ...around, wrappers };
  walk.found.push({
    ...{ name, nameWord, words, assignments, redirects: node.redirects, range: node.range, node },
    ...rest,
    ...position,
    ...walk.options,
    checked: around.condition || operatorAfter === "&&" || operatorAfter === "||",
  });
  if (name === "set") walk.options = applySet(walk.options, words.map(literalOf));
}

// `eval` runs in this shell, anything else in one of its own with options of its own.
function walkInner(walk: Walk, { tree, options }: Unwrapped["script"] & object, around: Surroundings): void {
  const before = walk.options;
  for (const problem of tree.problems) walk.problems.push(problem);
  const same = around.wrappers.at(-1)?.name === "eval";
  walk.options = same ? before : options;
  walkScript(walk, tree.script, { ...around, subshell: around.subshell || !same, depth: around.depth + 1 });
  if (!same) walk.options = before;
}
