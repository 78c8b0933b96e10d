// The physical lines of a text with their places. Knows nothing of definition files.

import type { Range } from "../../base/source.ts";

/** One line. */
export interface Line {
  /** Without its line end. */
  readonly text: string;
  /** Offset of the first character. */
  readonly start: number;
  /** Offset behind the last character, before the line end. */
  readonly end: number;
  /** Offset of the next line. */
  readonly next: number;
}

/** The lines of a part of a text; a part that ends in a line end has no empty line behind it. */
export function linesOf(text: string, range: Range): Line[] {
  const lines: Line[] = [];
  for (let start = range.start; start < range.end; ) {
    const newline = text.indexOf("\n", start);
    const next = newline === -1 || newline >= range.end ? range.end : newline + 1;
    const end = next - lineEndLength(text, start, next);
    lines.push({ text: text.slice(start, end), start, end, next });
    start = next;
  }
  return lines;
}

function lineEndLength(text: string, start: number, next: number): number {
  if (text[next - 1] !== "\n") return 0;
  return next - 2 >= start && text[next - 2] === "\r" ? 2 : 1;
}

/** The place of a line's content without the blanks around it. */
export function trimmedRange({ text, start }: Line): Range {
  const from = start + (text.length - text.trimStart().length);
  return { start: from, end: from + text.trim().length };
}
