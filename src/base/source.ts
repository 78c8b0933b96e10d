// A text that people wrote (a recipe, a configuration) and places in it: what parsers answer with and errors point to.
// Knows no grammar.

/** A text as it was read. */
export interface SourceText {
  /** The file as people know it, for messages. */
  readonly name: string;
  readonly text: string;
}

/** A part of a source text: UTF-16 offsets, the end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A place as people count it; both begin with 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A part of a text in its file. */
export interface Located {
  readonly source: SourceText;
  readonly range: Range;
}

/** Something a parser found wrong; parsing goes on behind it, so that one run names every mistake. */
export interface Problem {
  readonly range: Range;
  /** What is wrong, as a sentence without a full stop. */
  readonly message: string;
  /** What to do instead. */
  readonly hint?: string;
}

/** Line and column of an offset. */
export function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - before.lastIndexOf("\n") };
}

const CONTEXT = 2;

/** The lines around a part of a text, numbered, with marks below the part's first line. */
export function codeFrame({ source, range }: Located): string {
  const lines = source.text.split(/\r?\n/);
  const { line, column } = positionOf(source.text, range.start);
  const last = Math.min(lines.length, positionOf(source.text, Math.max(range.start, range.end - 1)).line);
  const from = Math.max(1, line - CONTEXT);
  const to = Math.min(lines.length, Math.max(line, Math.min(last, line + CONTEXT)) + CONTEXT);
  const width = String(to).length;
  const shown = lines.slice(from - 1, to).flatMap((text, index) => {
    const number = from + index;
    const row = `${number >= line && number <= last ? ">" : " "} ${String(number).padStart(width)} | ${text}`;
    if (number !== line) return [row.trimEnd()];
    const length = Math.max(1, Math.min(range.end - range.start, text.length - column + 1));
    const pad = text.slice(0, column - 1).replace(/[^\t]/g, " ");
    return [row.trimEnd(), `  ${" ".repeat(width)} | ${pad}${"^".repeat(length)}`];
  });
  return shown.join("\n");
}
