// Reading the options of a command line with a table of what the program takes. An option that the table does not have is
// noted and taken for a switch, so that what follows is read as it most likely is.

import { didYouMean } from "../../base/nearest.ts";
import type { Problem, Range } from "../../base/source.ts";
import { type KnownOption, longOption, type OptionIndex, type OptionStyle } from "./option-table.ts";
import type { RunOption, RunWord } from "./types.ts";

/** Options and the words behind them. */
export interface ReadOptions {
  readonly options: readonly RunOption[];
  readonly rest: readonly RunWord[];
  /** `--` ended the options. */
  readonly terminated: boolean;
}

interface Reading {
  readonly words: readonly RunWord[];
  readonly index: OptionIndex;
  readonly style: OptionStyle;
  readonly options: RunOption[];
  readonly problems: Problem[];
  at: number;
}

/** Reads options up to the first operand or `--`; mistakes go to `problems`. */
export function readOptions(
  words: readonly RunWord[],
  index: OptionIndex,
  style: OptionStyle,
  problems: Problem[],
): ReadOptions {
  const reading: Reading = { words, index, style, problems, options: [], at: 0 };
  for (let word = words[0]; word; word = words[reading.at]) {
    // An unknown word may be an option, an image, or several of both: the image is the better guess.
    const text = word.value ?? word.text;
    if (text === "--") return { options: reading.options, rest: words.slice(reading.at + 1), terminated: true };
    if (text === "-" || !text.startsWith("-")) break;
    reading.at++;
    if (text.startsWith("--")) readLong(reading, word, text);
    else readShort(reading, word, text);
  }
  return { options: reading.options, rest: words.slice(reading.at), terminated: false };
}

function readLong(reading: Reading, word: RunWord, text: string): void {
  const equals = text.indexOf("=");
  const written = equals < 0 ? text : text.slice(0, equals);
  const known = longOption(reading.index, written.slice(2), reading.style) ?? unknown(reading, word, written);
  if (equals >= 0) add(reading, known, written, word, equals + 1);
  else
    add(
      reading,
      known,
      written,
      word,
      undefined,
      known.value === "needed" ? valueWord(reading, word, written) : undefined,
    );
}

function readShort(reading: Reading, word: RunWord, text: string): void {
  for (let at = 1; at < text.length; at++) {
    const letter = text[at] ?? "";
    const written = `-${letter}`;
    const known = reading.index.short.get(letter) ?? unknown(reading, word, written);
    const equals = reading.style === "pflag" && text[at + 1] === "=";
    const from = at + (equals ? 2 : 1);
    const attached = equals || (known.value !== "none" && from < text.length);
    if (attached) {
      add(reading, known, written, word, from);
      return;
    }
    const value = known.value === "needed" ? valueWord(reading, word, written) : undefined;
    add(reading, known, written, word, undefined, value);
    if (value) return;
  }
}

function valueWord(reading: Reading, { range }: RunWord, written: string): RunWord | undefined {
  const value = reading.words[reading.at];
  if (value) reading.at++;
  else reading.problems.push({ range, message: `${written} needs a value` });
  return value;
}

// More mistakes than these are not helped by a guess for each, which costs a look at every option there is.
const MOST_GUESSES = 20;

function unknown(reading: Reading, { range }: RunWord, written: string): KnownOption {
  const name = written.replace(/^--?/, "");
  if (reading.problems.length >= MOST_GUESSES) {
    reading.problems.push({ range, message: `${written.slice(0, 60)} is no option here` });
    return { name, value: "none" };
  }
  const names = [...reading.index.long.keys()].map((name) => `--${name}`);
  const near = written.startsWith("--") ? didYouMean(written, names) : {};
  reading.problems.push({ range, message: `${written.slice(0, 60)} is no option here`, ...near });
  return { name, value: "none" };
}

function add(
  { options }: Reading,
  { name }: KnownOption,
  written: string,
  word: RunWord,
  attachedAt: number | undefined,
  separate?: RunWord,
): void {
  if (separate) {
    const range = { start: word.range.start, end: Math.max(word.range.end, separate.range.end) };
    options.push({ name, written, value: separate.value, range, valueRange: separate.range, from: "line" });
    return;
  }
  const attached = attachedAt !== undefined;
  options.push({
    ...{ name, written, range: word.range, from: "line" },
    value: attached && word.value !== undefined ? word.value.slice(attachedAt) : undefined,
    valueRange: attached ? attachedRange(word, attachedAt) : undefined,
  });
}

// Exact where the word is written without quotes.
function attachedRange({ text, value, range }: RunWord, from: number): Range {
  if (text !== value || range.end - range.start !== text.length) return range;
  return { start: range.start + from, end: range.end };
}
