// The contents of here-documents. The redirection is read before its content is reached, so it waits and is filled here.

import { type ScriptText, segmentsOf, withoutMatches } from "../script-text.ts";
import type { WordPart } from "./ast.ts";
import { HEREDOC } from "./modes.ts";
import { emit, innerReader, nested, note, type PendingHeredoc, place, type Reader } from "./reader.ts";

/** Reads the contents that wait; the reader stands at the beginning of a line, or at the end of the text. */
export function readPendingHeredocs(reader: Reader): void {
  for (const pending of reader.pending.splice(0)) readContent(reader, pending);
}

function readContent(reader: Reader, pending: PendingHeredoc): void {
  const { redirect, delimiter, expand, stripTabs } = pending;
  const start = reader.at;
  const found = findEnd(reader, pending);
  if (!found)
    note(reader, redirect.range, `the line ${delimiter.slice(0, 60)} that ends this here-document is missing`);
  const end = found?.start ?? reader.text.length;
  const raw: ScriptText = {
    text: reader.text.slice(start, end),
    segments: segmentsOf(reader.segments, start, end),
  };
  const content = stripTabs ? withoutMatches(raw, /^\t+/gm) : raw;
  redirect.heredoc = {
    ...{ delimiter, expand, stripTabs, content: content.text },
    parts: partsOf(reader, content, expand),
    range: place(reader, start, end),
  };
  reader.at = found?.next ?? reader.text.length;
  emit(reader, "heredoc");
}

function findEnd({ text, at }: Reader, { delimiter, stripTabs }: PendingHeredoc) {
  for (let start = at; start < text.length; ) {
    const feed = text.indexOf("\n", start);
    const next = feed < 0 ? text.length : feed + 1;
    const from = stripTabs ? behindTabs(text, start) : start;
    // The line end belongs to nobody: the next line begins behind it.
    if (text.startsWith(delimiter, from) && /^\r*\n?$/.test(text.slice(from + delimiter.length, next))) {
      return { start, next };
    }
    start = next;
  }
  return undefined;
}

function behindTabs(text: string, start: number): number {
  let at = start;
  while (text[at] === "\t") at++;
  return at;
}

function partsOf(outer: Reader, { text, segments }: ScriptText, expand: boolean): readonly WordPart[] {
  const reader = innerReader(outer, text, segments);
  if (text === "") return [];
  const literal = [{ kind: "literal" as const, text, range: place(reader, 0, text.length) }];
  if (!expand || !/[$`\\]/.test(text)) return literal;
  return nested(reader, () => reader.grammar.parts(reader, HEREDOC)) ?? literal;
}
