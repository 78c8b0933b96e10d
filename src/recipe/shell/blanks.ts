// What stands between words: blanks, continued lines, comments and line ends. Behind a line end the contents of the
// here-documents follow that the line began.

import { readPendingHeredocs } from "./heredoc.ts";
import { emit, peek, place, type Reader } from "./reader.ts";

const BLANKS = /[ \t]+|\r+(?=\n)/y;
const CONTINUATION = /\\\r?\n/y;
const COMMENT = /#[^\n]*/y;
const WORD_BEFORE = /[^\s;&|()<>]$/;

/** Passes blanks, continued lines and a comment. */
export function skipBlanks(reader: Reader): void {
  while (reader.at < reader.text.length) {
    const char = reader.text[reader.at];
    if (char === "#" && !isInWord(reader)) readComment(reader);
    else if (!skip(reader, BLANKS, "blank") && !(char === "\\" && skip(reader, CONTINUATION, "continuation"))) return;
  }
}

function skip(reader: Reader, pattern: RegExp, kind: "blank" | "continuation"): boolean {
  const match = peek(reader, pattern);
  if (!match) return false;
  reader.at += match[0].length;
  emit(reader, kind);
  return true;
}

// A number sign begins a comment only at the beginning of a word.
function isInWord(reader: Reader): boolean {
  const last = reader.tokens.at(-1);
  return last?.kind === "word" && WORD_BEFORE.test(last.text);
}

function readComment(reader: Reader): void {
  const start = reader.at;
  const text = (peek(reader, COMMENT)?.[0] ?? "#").replace(/\r+$/, "");
  reader.at += text.length;
  reader.comments.push({ text: text.slice(1).trim(), range: place(reader, start) });
  emit(reader, "comment");
}

/** Takes a line end and the here-documents behind it. */
export function takeNewline(reader: Reader): boolean {
  if (reader.text[reader.at] !== "\n") return false;
  reader.at++;
  emit(reader, "newline");
  readPendingHeredocs(reader);
  return true;
}

/** Passes blanks, comments and line ends. */
export function skipLines(reader: Reader): void {
  do skipBlanks(reader);
  while (takeNewline(reader));
}
