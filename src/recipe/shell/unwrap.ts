// Taking wrappers off a simple command: `sudo env A=1 nice make -j2` is `make -j2`, and `sh -c '…'` is a script. Knows no rule
// and no command but those of `wrappers.ts`.

import type { Range } from "../../base/source.ts";
import { type ScriptText, segmentsOf } from "../script-text.ts";
import type { Assignment, ShellTree, Word } from "./ast.ts";
import { innerScript, joinedScript } from "./inner-script.ts";
import { type OptionUse, type OptionWords, optionNamed, optionWords } from "./option-words.ts";
import { parseShell } from "./parse.ts";
import { applySet, type FailureOptions } from "./set-options.ts";
import { assignmentOf } from "./word-assignment.ts";
import { literalOf } from "./word-text.ts";
import { SHELL_TABLE, SHELLS, WRAPPERS, type Wrapper } from "./wrappers.ts";

/** A wrapper that was taken off. */
export interface WrapperUse {
  /** Without its folder. */
  readonly name: string;
  /** From its name to the last word before the command. */
  readonly range: Range;
}

/** A script that the command hands to a shell. */
export interface InnerScript {
  readonly tree: ShellTree;
  readonly options: FailureOptions;
}

/** A simple command without its wrappers. */
export interface Unwrapped {
  /** The command's words, its name first; the wrapper's own when it runs nothing. */
  readonly words: readonly Word[];
  /** Those that wrappers add: `env A=1`. */
  readonly assignments: readonly Assignment[];
  /** The outermost first. */
  readonly wrappers: readonly WrapperUse[];
  /** What is executed instead of `words`. */
  readonly script: InnerScript | undefined;
  /** Commands that this one executes, too: `find -exec`. */
  readonly more: readonly (readonly Word[])[];
}

const MAX_WRAPPERS = 20;

/** A command's name without its folder; undefined when it depends on what is expanded. */
export function commandName(word: Word | undefined): string | undefined {
  const text = word && literalOf(word);
  return text === undefined ? undefined : text.slice(text.lastIndexOf("/") + 1);
}

/** Takes the wrappers off. */
export function unwrap(words: readonly Word[]): Unwrapped {
  const assignments: Assignment[] = [];
  const wrappers: WrapperUse[] = [];
  let current = words;
  for (let count = 0; count < MAX_WRAPPERS; count++) {
    const name = commandName(current[0]);
    const script = name === undefined ? undefined : scriptOf(name, current);
    if (script)
      return { words: current, assignments, wrappers: [...wrappers, wrapperUse(name, current, [])], script, more: [] };
    const inner = name === undefined ? undefined : peel(name, current);
    if (!inner) break;
    // Not spread: a hostile line has more of them than a call may have arguments.
    for (const assignment of inner.assignments) assignments.push(assignment);
    wrappers.push(wrapperUse(name, current, inner.words));
    current = inner.words;
  }
  return { words: current, assignments, wrappers, script: undefined, more: executedByFind(current) };
}

function wrapperUse(name: string | undefined, words: readonly Word[], rest: readonly Word[]): WrapperUse {
  const [first] = words;
  const last = words[words.length - rest.length - 1] ?? first;
  return { name: name ?? "", range: { start: first?.range.start ?? 0, end: last?.range.end ?? 0 } };
}

interface Peeled {
  readonly words: readonly Word[];
  readonly assignments: readonly Assignment[];
}

// Undefined when the command is no wrapper, or wraps nothing.
function peel(name: string, [, ...words]: readonly Word[]): Peeled | undefined {
  const wrapper = WRAPPERS.get(name);
  if (!wrapper) return undefined;
  const read = optionWords(withoutNiceLevel(name, words), wrapper.table, literalOf);
  if (wrapper.scriptOnly || optionNamed(read, ...(wrapper.lookups ?? []))) return undefined;
  const operands = [...splitWords(wrapper, read, words), ...read.operands];
  const assignments: Assignment[] = [];
  let at = 0;
  for (let first = operands[at]; wrapper.assignments && first; first = operands[++at]) {
    const assignment = assignmentOf(first);
    // `env -` is `env -i`.
    if (!assignment && !(name === "env" && first.text === "-")) break;
    if (assignment) assignments.push(assignment);
  }
  const rest = operands.slice(at + (wrapper.operands ?? 0));
  return rest.length === 0 ? undefined : { words: rest, assignments };
}

// `nice -10 make`, as old manuals have it.
function withoutNiceLevel(name: string, words: readonly Word[]): readonly Word[] {
  return name === "nice" && /^-{1,2}\d+$/.test(words[0]?.text ?? "") ? words.slice(1) : words;
}

function splitWords({ split }: Wrapper, read: OptionWords<Word>, words: readonly Word[]): readonly Word[] {
  const option = split && optionNamed(read, ...split);
  if (option?.value === undefined || !option.valueRange) return [];
  const { text, segments } = valueScript(option, words);
  const [statement] = parseShell(text, { segments }).script.statements;
  const command = statement?.pipelines[0]?.commands[0];
  return command?.kind === "simple" ? command.words : [];
}

function scriptOf(name: string, [, ...words]: readonly Word[]): InnerScript | undefined {
  if (name === "eval") {
    if (words.length === 0 || words.some((word) => literalOf(word) === undefined)) return undefined;
    return { tree: parseInner(joinedScript(words)), options: { errexit: false, pipefail: false } };
  }
  if (SHELLS.has(name)) return shellScript(name, words);
  const wrapper = WRAPPERS.get(name);
  if (!wrapper?.script) return undefined;
  const option = optionNamed(optionWords(words, wrapper.table, literalOf), ...wrapper.script);
  return option && { tree: parseInner(valueScript(option, words)), options: { errexit: false, pipefail: false } };
}

// The value of an option as a script: a word of its own, or the end of the option's word.
function valueScript({ word, value = "", valueRange }: OptionUse<Word>, words: readonly Word[]): ScriptText {
  const own = words.find(({ range }) => range === valueRange && range !== word.range);
  if (own) return innerScript(own);
  const { text, segments } = innerScript(word);
  const from = text.length - value.length;
  return { text: text.slice(from), segments: segmentsOf(segments, from, text.length) };
}

function shellScript(name: string, words: readonly Word[]): InnerScript | undefined {
  const { options, operands } = optionWords(words, SHELL_TABLE, literalOf);
  const [word] = operands;
  if (!word || !options.some((option) => option.name === "-c")) return undefined;
  const flags = words.slice(0, words.indexOf(word)).map(literalOf);
  const tree = parseInner(innerScript(word), name);
  return { tree, options: applySet({ errexit: false, pipefail: false }, flags) };
}

function parseInner({ text, segments }: ScriptText, shell = "bash"): ShellTree {
  const dialect = shell === "sh" || shell === "dash" || shell === "ash" ? "posix" : "bash";
  return parseShell(text, { dialect, ...(segments.length > 0 ? { segments } : {}) });
}

const EXECUTES: ReadonlySet<string> = new Set(["-exec", "-execdir", "-ok", "-okdir"]);

function executedByFind(words: readonly Word[]): readonly (readonly Word[])[] {
  if (commandName(words[0]) !== "find") return [];
  const commands: (readonly Word[])[] = [];
  let from = -1;
  for (const [index, word] of words.entries()) {
    const text = literalOf(word) ?? "";
    if (EXECUTES.has(text)) from = index + 1;
    else if (from > 0 && (text === ";" || (text === "+" && words[index - 1]?.text === "{}"))) {
      if (index > from) commands.push(words.slice(from, index));
      from = -1;
    }
  }
  return commands;
}
