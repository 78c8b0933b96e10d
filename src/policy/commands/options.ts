// Options and operands of a command line, cut apart by a table of options that take a value. Knows no command.

import type { Range } from "../../base/source.ts";
import type { WordView } from "../recipe-view/types.ts";
import { isOpen, plainText } from "./words.ts";

/** How a program writes its options. */
export interface OptionTable {
  /** Options that take a value, with dashes. */
  readonly valued: readonly string[];
  /** `-x` is one option, however long, as Go and find have it; else letters behind one dash are options each. */
  readonly long?: boolean | undefined;
}

export interface OptionValue {
  /** Without quotes; variables that are not known stay in it. */
  readonly text: string;
  /** Undefined: depends on what is not known. */
  readonly value: string | undefined;
  readonly range: Range;
}

export interface CommandLine {
  /** Names of all options, with dashes: `-y`, `--virtual`. */
  readonly flags: ReadonlySet<string>;
  /** Values of those that have one, in order. */
  readonly options: ReadonlyMap<string, readonly OptionValue[]>;
  readonly operands: readonly WordView[];
  /** Options may hide in a variable that nobody knows. */
  readonly open: boolean;
}

/** Cuts the words behind a command's name. */
export function cutOptions(words: readonly WordView[], table: OptionTable): CommandLine {
  const flags = new Set<string>();
  const options = new Map<string, OptionValue[]>();
  const operands: WordView[] = [];
  const keep = (name: string, value: OptionValue) => {
    flags.add(name);
    options.set(name, [...(options.get(name) ?? []), value]);
  };
  let at = 0;
  let open = false;
  for (let word = words[at++]; word; word = words[at++]) {
    const text = plainText(word);
    if (text === "--") {
      for (const one of words.slice(at)) operands.push(one);
      break;
    }
    if (!/^-[^\s]/.test(text) || /^-\d/.test(text)) {
      operands.push(word);
      if (isOpen(word) && /opt|flag|arg/i.test(word.text)) open = true;
    } else {
      const pending = cutOption(word, text, table, flags, keep);
      const next = pending === undefined ? undefined : words[at++];
      if (pending !== undefined && next) keep(pending, wordValue(next));
    }
  }
  return { flags, options, operands, open };
}

function wordValue(word: WordView): OptionValue {
  return { text: plainText(word), value: word.value, range: word.range };
}

type Keep = (name: string, value: OptionValue) => void;

// Takes one word apart; answers the option whose value is the next word.
function cutOption(
  word: WordView,
  text: string,
  table: OptionTable,
  flags: Set<string>,
  keep: Keep,
): string | undefined {
  const equal = text.indexOf("=");
  const name = equal < 0 ? text : text.slice(0, equal);
  if (!text.startsWith("--") && !table.long) return cutLetters(word, text, table, flags, keep);
  flags.add(name);
  if (equal >= 0) keep(name, restOf(word, text, equal + 1));
  return equal < 0 && table.valued.includes(name) ? name : undefined;
}

// `-qqy`, `-tNAME`, `-q=2`.
function cutLetters(
  word: WordView,
  text: string,
  table: OptionTable,
  flags: Set<string>,
  keep: Keep,
): string | undefined {
  for (let at = 1; at < text.length; at++) {
    const letter = `-${text[at] ?? ""}`;
    flags.add(letter);
    const equal = text[at + 1] === "=";
    const valued = table.valued.includes(letter);
    if (!valued && !equal) continue;
    if (at + 1 === text.length) return letter;
    keep(letter, restOf(word, text, equal ? at + 2 : at + 1));
    return undefined;
  }
  return undefined;
}

function restOf(word: WordView, text: string, from: number): OptionValue {
  const value = text.slice(from);
  return { text: value, value: word.value === undefined && /[$`]/.test(value) ? undefined : value, range: word.range };
}

/** True when one of the options is there. */
export function hasFlag(line: Pick<CommandLine, "flags">, ...names: readonly string[]): boolean {
  return names.some((name) => line.flags.has(name));
}

/** The last value of the first of these options that has one. */
export function optionOf(line: Pick<CommandLine, "options">, ...names: readonly string[]): OptionValue | undefined {
  for (const name of names) {
    const found = line.options.get(name)?.at(-1);
    if (found) return found;
  }
  return undefined;
}
