// `for` in both forms, and `select`.

import { arithmeticEnd } from "./arithmetic-end.ts";
import type { CompoundCommand, Script, Word } from "./ast.ts";
import { skipBlanks, skipLines } from "./blanks.ts";
import { takeKeyword } from "./keyword.ts";
import { readWord } from "./parts.ts";
import { emit, note, place, type Reader, scriptUntil, take } from "./reader.ts";
import { readExpression } from "./substitution.ts";

/** Reads a `for` behind its reserved word. */
export function readFor(reader: Reader, start: number): CompoundCommand {
  skipBlanks(reader);
  return reader.text.startsWith("((", reader.at) ? readArithmeticFor(reader, start) : readList(reader, start, "for");
}

/** Reads a `select` behind its reserved word. */
export function readSelect(reader: Reader, start: number): CompoundCommand {
  return readList(reader, start, "select");
}

function readArithmeticFor(reader: Reader, start: number): CompoundCommand {
  take(reader, "((");
  const from = reader.at;
  const expression = readExpression(reader, from, arithmeticEnd(reader.text, from) ?? lineEnd(reader));
  emit(reader, "word");
  skipBlanks(reader);
  take(reader, ";");
  const body = readBody(reader, start, "for");
  return { kind: "arithmetic-for", expression, body, redirects: [], range: place(reader, start) };
}

function lineEnd({ text, at }: Reader): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

function readList(reader: Reader, start: number, kind: "for" | "select"): CompoundCommand {
  skipBlanks(reader);
  const variable = readWord(reader) ?? missingName(reader, start, kind);
  skipLines(reader);
  const words = takeKeyword(reader, "in") ? readWords(reader) : undefined;
  skipBlanks(reader);
  if (!reader.text.startsWith(";;", reader.at)) take(reader, ";");
  const body = readBody(reader, start, kind);
  return { kind, variable, words, body, redirects: [], range: place(reader, start) };
}

function missingName(reader: Reader, start: number, kind: string): Word {
  note(reader, place(reader, start, start + kind.length), `there is no name behind ${kind}`);
  return { text: "", parts: [], range: place(reader, reader.at) };
}

function readWords(reader: Reader): readonly Word[] {
  const words: Word[] = [];
  while (true) {
    skipBlanks(reader);
    const word = readWord(reader);
    if (!word) return words;
    words.push(word);
  }
}

// Bash also takes braces in place of `do` and `done`. Without either what follows is most likely the body.
function readBody(reader: Reader, start: number, kind: string): Script {
  skipLines(reader);
  const close = takeKeyword(reader, "{") ? "}" : "done";
  const begun = close === "}" || takeKeyword(reader, "do");
  const head = place(reader, start, start + kind.length);
  if (!begun) note(reader, head, `the do of this ${kind} is missing`);
  const body = scriptUntil(reader, close);
  if (!takeKeyword(reader, close) && begun) note(reader, head, `the ${close} of this ${kind} is missing`);
  return body;
}
