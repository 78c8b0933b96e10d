// Words and what they are made of. One loop reads them all: the mode says which characters count.

import { segmentsOf } from "../script-text.ts";
import type { Word, WordPart } from "./ast.ts";
import { readGlob, readTilde } from "./glob.ts";
import { DOUBLE, WORD } from "./modes.ts";
import { readBraced, readParameter } from "./parameter.ts";
import { readAnsi, readDouble, readEscape, readSingle } from "./quotes.ts";
import { emit, type Mode, place, type Reader } from "./reader.ts";
import {
  readArithmetic,
  readBackquotes,
  readCommandSubstitution,
  readOldArithmetic,
  readProcessSubstitution,
} from "./substitution.ts";

/** Reads a word where the reader stands; undefined without a move when there is none. */
export function readWord(reader: Reader, mode: Mode = WORD): Word | undefined {
  const start = reader.at;
  const parts = readParts(reader, mode);
  emit(reader, "word");
  if (reader.at === start) return undefined;
  const range = place(reader, start);
  const word = { text: reader.text.slice(start, reader.at), parts, range };
  const isWhole = range.end - range.start === reader.at - start;
  return isWhole ? word : { ...word, segments: segmentsOf(reader.segments, start, reader.at) };
}

/** Reads parts up to where the mode ends, at most to `limit`. */
export function readParts(reader: Reader, mode: Mode, limit: number = reader.text.length): readonly WordPart[] {
  const parts: WordPart[] = [];
  const first = reader.at;
  let literal = first;
  const flush = (end: number) => {
    if (end <= literal) return;
    parts.push({ kind: "literal", text: reader.text.slice(literal, end), range: place(reader, literal, end) });
  };
  while (reader.at < limit) {
    const { at } = reader;
    const char = reader.text[at] ?? "";
    if (mode.ends(reader, char)) break;
    const part = specialPart(reader, mode, char, at === first);
    if (reader.at === at) {
      reader.at = Math.min(limit, runEnd(reader, mode));
      continue;
    }
    flush(at);
    if (part) parts.push(part);
    literal = reader.at;
  }
  flush(reader.at);
  return parts;
}

function runEnd({ text, at }: Reader, { plain }: Mode): number {
  plain.lastIndex = at;
  const run = plain.exec(text)?.[0].length ?? 0;
  return at + Math.max(1, run);
}

function specialPart(reader: Reader, mode: Mode, char: string, atStart: boolean): WordPart | undefined {
  switch (char) {
    case "\\":
      return readEscape(reader, mode);
    case "'":
      return mode.single ? readSingle(reader) : undefined;
    case '"':
      return mode.double ? readDouble(reader) : undefined;
    case "$":
      return readDollar(reader, mode);
    case "`":
      return readBackquotes(reader, mode === DOUBLE);
    default:
      return mode.bare ? barePart(reader, char, atStart) : undefined;
  }
}

function barePart(reader: Reader, char: string, atStart: boolean): WordPart | undefined {
  switch (char) {
    // The mode ends at any other `<`.
    case "<":
    case ">":
      return readProcessSubstitution(reader);
    case "*":
    case "?":
    case "[":
    case "@":
    case "+":
    case "!":
      return readGlob(reader, atStart);
    case "~":
      return atStart ? readTilde(reader) : undefined;
    default:
      return undefined;
  }
}

function readDollar(reader: Reader, mode: Mode): WordPart | undefined {
  const { text, at } = reader;
  switch (text[at + 1]) {
    case "{":
      return readBraced(reader, !mode.single);
    case "(":
      return (text[at + 2] === "(" ? readArithmetic(reader) : undefined) ?? readCommandSubstitution(reader);
    case "[":
      return readOldArithmetic(reader);
    case "'":
      return mode.single ? readAnsi(reader) : undefined;
    case '"':
      return mode.double ? readDouble(reader) : undefined;
    default:
      return readParameter(reader);
  }
}
