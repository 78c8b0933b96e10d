// Options and operands among the words of a command, for those who know which options take a value: `-abc`, `-ofile`,
// `-o file`, `--long=value`, `--long value`, and `--`, behind which there are operands only. Knows no command.

import type { Range } from "../../base/source.ts";

/** What somebody must know of a command to read its words. */
export interface OptionTable {
  /** Letters of short options that take a value: "un" for `-u USER` and `-n N`. */
  readonly short?: string;
  /** Long options that take a value, without dashes. */
  readonly long?: readonly string[];
  /** Long options may also have one dash (`-name`, as in find): then short ones cannot be joined. */
  readonly oneDash?: boolean;
  /** The first operand ends the options: behind it another command's words stand. */
  readonly stopAtOperand?: boolean;
}

/** An option as it was given. */
export interface OptionUse<Kind> {
  /** With its dashes: `-y`, `--yes`. Of `-yq` there are two. */
  readonly name: string;
  readonly value: string | undefined;
  /** Of the option and its value. */
  readonly range: Range;
  readonly valueRange: Range | undefined;
  /** The word that holds the option. */
  readonly word: Kind;
}

/** The words of a command, sorted. */
export interface OptionWords<Kind> {
  readonly options: readonly OptionUse<Kind>[];
  readonly operands: readonly Kind[];
  /** Where `--` stands. */
  readonly terminator: Range | undefined;
}

interface Placed {
  readonly text: string;
  readonly range: Range;
}

/** Sorts words; `textOf` is the text of a word without quotes, undefined when that is not known: then it is an operand. */
export function optionWords<Kind extends Placed>(
  words: readonly Kind[],
  table: OptionTable,
  textOf: (word: Kind) => string | undefined,
): OptionWords<Kind> {
  const options: OptionUse<Kind>[] = [];
  const operands: Kind[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (!word) break;
    const text = textOf(word) ?? "";
    if (text === "--") return { options, operands: [...operands, ...words.slice(index + 1)], terminator: word.range };
    if (text === "-" || !text.startsWith("-")) {
      operands.push(word);
      if (!table.stopAtOperand) continue;
      return { options, operands: words.slice(index), terminator: undefined };
    }
    const read =
      text.startsWith("--") || table.oneDash ? longOption(word, text, table) : shortOptions(word, text, table);
    const value = read.wantsValue ? words[index + 1] : undefined;
    if (value) index++;
    options.push(...(value ? withValue(read.options, value, textOf(value)) : read.options));
  }
  return { options, operands, terminator: undefined };
}

/** The last use of one of these options; the value of an option given twice is the last one's. */
export function optionNamed<Kind>(
  { options }: Pick<OptionWords<Kind>, "options">,
  ...names: readonly string[]
): OptionUse<Kind> | undefined {
  return options.findLast(({ name }) => names.includes(name));
}

interface ReadOptions<Kind> {
  readonly options: readonly OptionUse<Kind>[];
  /** The next word is the last one's value. */
  readonly wantsValue: boolean;
}

function longOption<Kind extends Placed>(word: Kind, text: string, { long = [] }: OptionTable): ReadOptions<Kind> {
  const equals = text.indexOf("=");
  if (equals < 0) {
    const option = { name: text, value: undefined, range: word.range, valueRange: undefined, word };
    return { options: [option], wantsValue: long.includes(text.replace(/^--?/, "")) };
  }
  const value = text.slice(equals + 1);
  const valueRange = partRange(word, text, equals + 1, text.length);
  return { options: [{ name: text.slice(0, equals), value, range: word.range, valueRange, word }], wantsValue: false };
}

function shortOptions<Kind extends Placed>(word: Kind, text: string, { short = "" }: OptionTable): ReadOptions<Kind> {
  const options: OptionUse<Kind>[] = [];
  for (let at = 1; at < text.length; at++) {
    const letter = text[at] ?? "";
    const common = { name: `-${letter}`, word };
    const range = partRange(word, text, at === 1 ? 0 : at, at + 1);
    if (!short.includes(letter)) {
      options.push({ ...common, value: undefined, range, valueRange: undefined });
      continue;
    }
    const rest = text.slice(at + 1);
    if (rest === "") {
      options.push({ ...common, value: undefined, range, valueRange: undefined });
      return { options, wantsValue: true };
    }
    const valueRange = partRange(word, text, at + 1, text.length);
    options.push({ ...common, value: rest, range: { start: range.start, end: valueRange.end }, valueRange });
    break;
  }
  return { options, wantsValue: false };
}

function withValue<Kind extends Placed>(
  options: readonly OptionUse<Kind>[],
  { range: valueRange, text }: Kind,
  value: string | undefined,
): readonly OptionUse<Kind>[] {
  const last = options.at(-1);
  if (!last) return options;
  const range = { start: last.range.start, end: Math.max(last.range.end, valueRange.end) };
  return [...options.slice(0, -1), { ...last, value: value ?? text, range, valueRange }];
}

// Where quotes or continued lines stand inside a word, a part of it has no exact place: then it is the whole word.
function partRange({ text: raw, range }: Placed, text: string, start: number, end: number): Range {
  if (raw !== text || range.end - range.start !== raw.length) return range;
  return { start: range.start + start, end: range.start + end };
}
