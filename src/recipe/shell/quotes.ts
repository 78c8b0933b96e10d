// Quotes and escapes: `'…'`, `$'…'`, `"…"` and the backslash.

import { ansiText } from "./ansi.ts";
import type { WordPart } from "./ast.ts";
import { DOUBLE } from "./modes.ts";
import { emit, type Mode, nested, note, place, type Reader } from "./reader.ts";

/** Reads `'…'`; everything up to the next quote is text. */
export function readSingle(reader: Reader): WordPart {
  const start = reader.at;
  const close = reader.text.indexOf("'", start + 1);
  if (close < 0) note(reader, place(reader, start, start + 1), "the closing ' is missing");
  reader.at = close < 0 ? reader.text.length : close + 1;
  const text = reader.text.slice(start + 1, close < 0 ? reader.text.length : close);
  return { kind: "single", text, range: place(reader, start) };
}

const ANSI = /\$'(?:[^'\\]|\\[\s\S])*/y;

/** Reads `$'…'`. */
export function readAnsi(reader: Reader): WordPart {
  const start = reader.at;
  ANSI.lastIndex = start;
  const raw = ANSI.exec(reader.text)?.[0] ?? "$'";
  reader.at += raw.length;
  if (reader.text[reader.at] === "'") reader.at++;
  else {
    reader.at = reader.text.length;
    note(reader, place(reader, start, start + 2), "the closing ' is missing");
  }
  return { kind: "ansi", text: ansiText(raw.slice(2)), range: place(reader, start) };
}

/** Reads `"…"`, or `$"…"`. */
export function readDouble(reader: Reader): WordPart | undefined {
  const start = reader.at;
  reader.at += reader.text[start] === "$" ? 2 : 1;
  const parts = nested(reader, () => reader.grammar.parts(reader, DOUBLE));
  if (reader.text[reader.at] === '"') reader.at++;
  else if (parts) note(reader, place(reader, start, start + 1), 'the closing " is missing');
  return { kind: "double", parts: parts ?? [], range: place(reader, start) };
}

/** Reads a backslash and what it quotes; undefined without a move where it is a plain character. */
export function readEscape(reader: Reader, { escapes }: Mode): WordPart | undefined {
  const { text, at } = reader;
  const end = text[at + 1] === "\n" ? at + 2 : text.startsWith("\r\n", at + 1) ? at + 3 : 0;
  if (end > 0) {
    emit(reader, "word");
    reader.at = end;
    emit(reader, "continuation");
    return undefined;
  }
  const char = String.fromCodePoint(text.codePointAt(at + 1) ?? 0);
  if (at + 1 >= text.length || (escapes !== undefined && !escapes.includes(char))) return undefined;
  reader.at += 1 + char.length;
  return { kind: "escape", text: char, range: place(reader, at) };
}
