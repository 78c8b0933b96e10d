// Commands and arithmetic inside words: `$(…)`, backquotes, `<(…)`, `$((…))` and `$[…]`.

import { type ScriptText, segmentsOf, withoutMatches } from "../script-text.ts";
import { arithmeticEnd } from "./arithmetic-end.ts";
import type { Expression, WordPart } from "./ast.ts";
import { readPendingHeredocs } from "./heredoc.ts";
import { ARITHMETIC } from "./modes.ts";
import { emit, innerReader, nested, note, place, type Reader, scriptUntil } from "./reader.ts";

/** Reads `$(…)`. */
export function readCommandSubstitution(reader: Reader): WordPart {
  const start = reader.at;
  const script = readParenthesis(reader, start);
  return { kind: "command", style: "$(", script, range: place(reader, start) };
}

/** Reads `<(…)` and `>(…)`. */
export function readProcessSubstitution(reader: Reader): WordPart {
  const start = reader.at;
  const direction = reader.text[start] === "<" ? "<" : ">";
  return { kind: "process", direction, script: readParenthesis(reader, start), range: place(reader, start) };
}

function readParenthesis(reader: Reader, start: number) {
  reader.at += 2;
  emit(reader, "word");
  const script = scriptUntil(reader, ")");
  if (reader.text[reader.at] === ")") reader.at++;
  else note(reader, place(reader, start, start + 2), "the closing ) is missing");
  return script;
}

const BACKQUOTED = /`(?:[^`\\]|\\[\s\S])*/y;

/** Reads backquotes. Backslashes before `$`, backquote and backslash are taken out before the command is read. */
export function readBackquotes(reader: Reader, inDouble: boolean): WordPart {
  const start = reader.at;
  BACKQUOTED.lastIndex = start;
  reader.at += BACKQUOTED.exec(reader.text)?.[0].length ?? 1;
  const end = reader.at;
  if (reader.text[end] === "`") reader.at++;
  else {
    note(reader, place(reader, start, start + 1), "the closing ` is missing");
    reader.at = reader.text.length;
  }
  const raw: ScriptText = {
    text: reader.text.slice(start + 1, end),
    segments: segmentsOf(reader.segments, start + 1, end),
  };
  const { text, segments } = withoutMatches(raw, inDouble ? /\\[$`\\"]/g : /\\[$`\\]/g, 1);
  const inner = innerReader(reader, text, segments);
  const script = scriptUntil(inner);
  readPendingHeredocs(inner);
  return { kind: "command", style: "`", script, range: place(reader, start) };
}

/** Reads `$((…))`; undefined without a move when it is a command substitution that begins with a subshell. */
export function readArithmetic(reader: Reader): WordPart | undefined {
  const start = reader.at;
  const end = arithmeticEnd(reader.text, start + 3);
  if (end === undefined) return undefined;
  const expression = readExpression(reader, start + 3, end);
  return { kind: "arithmetic", expression, range: place(reader, start) };
}

/** Reads the old `$[…]`. */
export function readOldArithmetic(reader: Reader): WordPart | undefined {
  const start = reader.at;
  const end = reader.text.indexOf("]", start);
  if (end < 0) return undefined;
  const expression = nestedExpression(reader, start + 2, end);
  if (reader.text[reader.at] === "]") reader.at++;
  return { kind: "arithmetic", expression, range: place(reader, start) };
}

/** Reads arithmetic from `start` to the `))` at `end`, and those. */
export function readExpression(reader: Reader, start: number, end: number): Expression {
  const expression = nestedExpression(reader, start, end);
  if (reader.text.startsWith("))", reader.at)) reader.at += 2;
  else note(reader, place(reader, start), "the closing )) is missing");
  return expression;
}

function nestedExpression(reader: Reader, start: number, end: number): Expression {
  reader.at = start;
  const parts = nested(reader, () => reader.grammar.parts(reader, ARITHMETIC, end)) ?? [];
  return { text: reader.text.slice(start, reader.at), parts, range: place(reader, start) };
}
