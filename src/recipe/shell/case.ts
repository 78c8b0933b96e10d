// `case` and its clauses.

import type { Clause, CompoundCommand, Word } from "./ast.ts";
import { skipBlanks, skipLines } from "./blanks.ts";
import { keywordAt, takeKeyword } from "./keyword.ts";
import { readWord } from "./parts.ts";
import { atEnd, emit, note, place, type Reader, scriptUntil, take } from "./reader.ts";

/** Reads a `case` behind its reserved word. */
export function readCase(reader: Reader, start: number): CompoundCommand {
  const range = () => place(reader, start);
  const head = place(reader, start, start + "case".length);
  skipBlanks(reader);
  const subject = readWord(reader) ?? { text: "", parts: [], range: place(reader, reader.at) };
  skipLines(reader);
  if (!takeKeyword(reader, "in")) {
    note(reader, head, "the in of this case is missing");
    return { kind: "case", subject, clauses: [], redirects: [], range: range() };
  }
  const clauses = readClauses(reader);
  if (!takeKeyword(reader, "esac")) note(reader, head, "the esac of this case is missing");
  return { kind: "case", subject, clauses, redirects: [], range: range() };
}

function readClauses(reader: Reader): readonly Clause[] {
  const clauses: Clause[] = [];
  while (true) {
    skipLines(reader);
    if (atEnd(reader) || keywordAt(reader) === "esac") return clauses;
    const clause = readClause(reader);
    if (!clause) return clauses;
    clauses.push(clause);
  }
}

function readClause(reader: Reader): Clause | undefined {
  const start = reader.at;
  take(reader, "(");
  const patterns = readPatterns(reader);
  if (patterns.length === 0 || !take(reader, ")")) {
    note(reader, place(reader, start, Math.max(reader.at, start)), "a clause begins with PATTERN)");
    return passClause(reader, start, patterns);
  }
  const body = scriptUntil(reader, ";;", ";&", ";;&", "esac");
  return { patterns, body, terminator: readTerminator(reader), range: place(reader, start) };
}

function readPatterns(reader: Reader): readonly Word[] {
  const patterns: Word[] = [];
  do {
    skipBlanks(reader);
    const word = readWord(reader);
    if (word) patterns.push(word);
    skipBlanks(reader);
  } while (take(reader, "|"));
  return patterns;
}

function readTerminator(reader: Reader): Clause["terminator"] {
  const start = reader.at;
  for (const text of [";;&", ";;", ";&"] as const) {
    if (take(reader, text)) return { text, range: place(reader, start) };
  }
  return undefined;
}

// After a mistake in the patterns everything up to the next clause is passed over; undefined ends the whole case.
function passClause(reader: Reader, start: number, patterns: readonly Word[]): Clause | undefined {
  const rest = /;;|\besac\b|\n/g;
  rest.lastIndex = reader.at;
  const match = rest.exec(reader.text);
  reader.at = match?.index ?? reader.text.length;
  emit(reader, "skipped");
  const body = { statements: [], range: place(reader, reader.at) };
  const terminator = readTerminator(reader);
  if (!match || reader.at === start) return undefined;
  return { patterns, body, terminator, range: place(reader, start) };
}
