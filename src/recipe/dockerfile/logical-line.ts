// Physical and logical lines: a logical line is one instruction with its continuation lines joined, and remembers where
// each of its characters came from. Knows nothing of instructions.

import type { Range } from "../../base/source.ts";
import { placeIn, type Segment } from "../script-text.ts";

/** A line of the text; `end` excludes its line end, `next` is where the following line begins. */
export interface PhysicalLine {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** An instruction's text without line breaks, comments and continuation characters. */
export interface LogicalLine {
  readonly text: string;
  /** From the first character that is no blank to the last one. */
  readonly range: Range;
  /** Where the characters of `text` came from. */
  readonly segments: readonly Segment[];
  /** The place in the source of a part of `text`. */
  place(start: number, end: number): Range;
}

/** The lines of a text. Only a line feed ends a line; the carriage returns before it belong to the line's end. */
export function physicalLines(text: string): readonly PhysicalLine[] {
  const lines: PhysicalLine[] = [];
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf("\n", start);
    const next = feed < 0 ? text.length : feed + 1;
    let end = feed < 0 ? text.length : feed;
    while (end > start && text[end - 1] === "\r") end--;
    lines.push({ start, end, next });
    start = next;
  }
  return lines;
}

/**
 * Joins the line `first` with those that continue it: a line goes on when the escape character, then blanks, end it.
 * Comment lines and empty lines between are left out. Answers with the number of lines taken.
 */
export function joinLines(
  text: string,
  lines: readonly PhysicalLine[],
  first: number,
  escaping: string,
): { readonly line: LogicalLine; readonly taken: number } {
  const segments: Segment[] = [];
  let joined = "";
  let index = first;
  for (let goesOn = true; goesOn && index < lines.length; index++) {
    const { start, end } = lines[index] ?? { start: 0, end: 0 };
    const from = index === first ? skipBlanks(text, start, end) : start;
    const raw = text.slice(from, end);
    if (index > first && /^\s*(#|$)/.test(raw)) continue;
    const kept = withoutContinuation(raw, escaping);
    segments.push({ at: joined.length, source: from });
    joined += kept ?? raw;
    goesOn = kept !== undefined;
  }
  return { line: logicalLine(text, joined, segments, lines[index - 1]?.end ?? 0), taken: index - first };
}

/** The offset of the first character from `start` on that is no blank, at most `end`. */
export function skipBlanks(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && /\s/.test(text[at] ?? "")) at++;
  return at;
}

// A doubled escape character at the end of a line is an escaped one: the line does not go on.
function withoutContinuation(raw: string, escaping: string): string | undefined {
  let end = raw.length;
  while (raw[end - 1] === " " || raw[end - 1] === "\t") end--;
  if (raw[end - 1] !== escaping || raw[end - 2] === escaping) return undefined;
  return raw.slice(0, end - 1);
}

function logicalLine(source: string, text: string, segments: readonly Segment[], lineEnd: number): LogicalLine {
  const start = segments[0]?.source ?? 0;
  let end = lineEnd;
  while (end > start && /\s/.test(source[end - 1] ?? "")) end--;
  return { text, range: { start, end }, segments, place: (from, to) => placeIn(segments, from, to) };
}
