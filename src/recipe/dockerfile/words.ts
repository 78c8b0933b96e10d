// Cutting the text of an instruction into words: at blanks, or at blanks outside quotes. Words keep their quotes and
// escapes. Knows no instruction.

import type { Word } from "./ast.ts";
import type { LogicalLine } from "./logical-line.ts";

/** A part of a logical line. */
export interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const BLANK = /[\t\v\f\r ]/;

/** The words of a part of a line, cut at blanks; quotes mean nothing. */
export function blankWords(text: string, start: number): readonly Token[] {
  const words: Token[] = [];
  for (const match of text.slice(start).matchAll(/[^\t\v\f\r ]+/g)) {
    const at = start + match.index;
    words.push({ text: match[0], start: at, end: at + match[0].length });
  }
  return words;
}

/** The words of a part of a line, cut at blanks outside quotes, as ENV, LABEL and ARG take them. */
export function quotedWords(text: string, start: number, escaping: string): readonly Token[] {
  const words: Token[] = [];
  let at = start;
  while (true) {
    while (at < text.length && BLANK.test(text[at] ?? "")) at++;
    if (at >= text.length) return words;
    const end = endOfQuoted(text, at, escaping);
    words.push({ text: text.slice(at, end), start: at, end });
    at = end;
  }
}

function endOfQuoted(text: string, start: number, escaping: string): number {
  let quote: string | undefined;
  for (let at = start; at < text.length; at++) {
    const char = text[at] ?? "";
    if (char === escaping && quote !== "'") at++;
    else if (quote !== undefined) quote = char === quote ? undefined : quote;
    else if (char === "'" || char === '"') quote = char;
    else if (BLANK.test(char)) return at;
  }
  return text.length;
}

/** The rest of a line from `start` on, without the blanks around it. */
export function restOf(text: string, start: number): Token {
  let from = start;
  let end = text.length;
  while (from < end && /\s/.test(text[from] ?? "")) from++;
  while (end > from && /\s/.test(text[end - 1] ?? "")) end--;
  return { text: text.slice(from, end), start: from, end };
}

/** A token as a word of the recipe. */
export function wordOf(line: LogicalLine, { text, start, end }: Token): Word {
  return { text, range: line.place(start, end) };
}
