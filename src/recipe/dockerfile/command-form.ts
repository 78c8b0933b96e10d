// The command of RUN, CMD, ENTRYPOINT, SHELL and HEALTHCHECK, and the JSON lists of COPY, ADD and VOLUME: a JSON array of
// strings is what it is, everything else is text for the shell.

import { type Segment, segmentsOf } from "../script-text.ts";
import type { CommandForm, ExecItem, Word } from "./ast.ts";
import type { LogicalLine } from "./logical-line.ts";
import { placeOf, type Statement } from "./statement.ts";
import type { Token } from "./words.ts";

/** The strings of a JSON array; undefined when the text is none; a message when it holds something else than strings. */
export function jsonStrings(text: string): readonly string[] | string | undefined {
  if (!text.startsWith("[")) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON, so text for the shell: `[ -f x ] && y` is a good command.
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const strings = value.filter((item) => typeof item === "string");
  if (strings.length !== value.length) return "the list in square brackets may hold strings only";
  return strings;
}

/** A command in either form; undefined after a mistake that was noted. */
export function parseCommand(statement: Statement, token: Token): CommandForm | undefined {
  const range = placeOf(statement, token);
  const words = jsonStrings(token.text);
  if (typeof words === "string") return statement.fail(range, words, "put every item in double quotes");
  if (words) return { form: "exec", words, items: jsonItems(statement, token, words), range };
  return {
    form: "shell",
    text: token.text,
    segments: segmentsOf(statement.line.segments, token.start, token.end),
    range,
  };
}

/** The items of a JSON list as words of the recipe; the list must have passed `jsonStrings`. */
export function jsonWords(statement: Statement, token: Token, strings: readonly string[]): readonly Word[] {
  return jsonItems(statement, token, strings).map(({ text, range }) => ({ text, range }));
}

function jsonItems({ line }: Statement, token: Token, strings: readonly string[]): readonly ExecItem[] {
  const literals = [...token.text.matchAll(/"(?:[^"\\]|\\.)*"/g)];
  return strings.map((text, index) => {
    const start = token.start + (literals[index]?.index ?? 0);
    const end = start + (literals[index]?.[0].length ?? 0);
    return { text, segments: jsonSegments(line, start + 1, end - 1), range: line.place(start, end) };
  });
}

// Every escape stands for one character, so that a new segment begins with it and behind it.
function jsonSegments({ text, segments }: LogicalLine, start: number, end: number): readonly Segment[] {
  const found: Segment[] = [];
  let removed = 0;
  const add = (from: number, to: number) => {
    for (const { at, source } of segmentsOf(segments, from, to))
      found.push({ at: from + at - start - removed, source });
  };
  let from = start;
  // Only in the item: the list may have a hundred thousand others behind it.
  for (const match of text.slice(start, end).matchAll(/\\(?:u[0-9a-fA-F]{4}|.)/g)) {
    const at = start + match.index;
    if (at > from) add(from, at);
    add(at, at + 1);
    from = at + match[0].length;
    removed += match[0].length - 1;
  }
  if (from < end || found.length === 0) add(from, end);
  return found;
}
