// Groups, subshells, `if`, `while` and `until`, arithmetic commands, and which reserved word begins what.

import { arithmeticEnd } from "./arithmetic-end.ts";
import type { Branch, Command, CompoundCommand, Script } from "./ast.ts";
import { skipBlanks } from "./blanks.ts";
import { readCase } from "./case.ts";
import { readCoprocess, readFunctionKeyword } from "./function.ts";
import { takeKeyword } from "./keyword.ts";
import { readFor, readSelect } from "./loop.ts";
import { emit, note, place, type Reader, scriptUntil, take } from "./reader.ts";
import { readRedirects } from "./redirect.ts";
import { readExpression } from "./substitution.ts";
import { readTest } from "./test-command.ts";

/** A compound command before its redirections are read. */
export type Bare = CompoundCommand;

const NONE = { redirects: [] } as const;

type ReadCompound = (reader: Reader, start: number) => Command;

const BY_KEYWORD: ReadonlyMap<string, ReadCompound> = new Map<string, ReadCompound>([
  ["{", readGroup],
  ["if", readIf],
  ["while", (reader, start) => readWhile(reader, start, "while")],
  ["until", (reader, start) => readWhile(reader, start, "until")],
  ["for", readFor],
  ["select", readSelect],
  ["case", readCase],
  ["[[", readTest],
  ["function", readFunctionKeyword],
  ["coproc", readCoprocess],
]);

/** Reads what the reserved word begins; undefined without a move when it begins nothing. */
export function readByKeyword(reader: Reader, keyword: string): Command | undefined {
  const read = BY_KEYWORD.get(keyword);
  if (!read) return undefined;
  const start = reader.at;
  takeKeyword(reader, keyword);
  return withRedirects(reader, read(reader, start), start);
}

/** Reads a subshell or `((…))`; the reader stands at the parenthesis. */
export function readParenthesized(reader: Reader): Command {
  const start = reader.at;
  const end = reader.text[start + 1] === "(" ? arithmeticEnd(reader.text, start + 2) : undefined;
  if (end === undefined) return withRedirects(reader, readSubshell(reader, start), start);
  take(reader, "((");
  const expression = readExpression(reader, start + 2, end);
  emit(reader, "word");
  return withRedirects(reader, { kind: "arithmetic", expression, ...NONE, range: place(reader, start) }, start);
}

function withRedirects(reader: Reader, command: Command, start: number): Command {
  if (command.kind === "function" || command.kind === "simple" || command.kind === "coproc") return command;
  const behind = reader.at;
  const redirects = readRedirects(reader);
  return redirects.length === 0
    ? command
    : { ...command, redirects, range: place(reader, start, lastEnd(reader, behind)) };
}

// Blanks behind the last redirection were passed already.
function lastEnd({ text, at }: Reader, least: number): number {
  let end = at;
  while (end > least && /[ \t]/.test(text[end - 1] ?? "")) end--;
  return end;
}

/** Takes a reserved word, or notes that it is missing. */
export function expectKeyword(reader: Reader, keyword: string, start: number, begun: string): boolean {
  skipBlanks(reader);
  if (takeKeyword(reader, keyword)) return true;
  note(reader, place(reader, start, start + begun.length), `the ${keyword} of this ${begun} is missing`);
  return false;
}

function readGroup(reader: Reader, start: number): Bare {
  const body = scriptUntil(reader, "}");
  expectKeyword(reader, "}", start, "{");
  return { kind: "group", body, ...NONE, range: place(reader, start) };
}

function readSubshell(reader: Reader, start: number): Bare {
  take(reader, "(");
  const body = scriptUntil(reader, ")");
  if (!take(reader, ")")) note(reader, place(reader, start, start + 1), "the closing ) is missing");
  return { kind: "subshell", body, ...NONE, range: place(reader, start) };
}

function readIf(reader: Reader, start: number): Bare {
  const branches: Branch[] = [];
  do branches.push(readBranch(reader, start));
  while (takeKeyword(reader, "elif"));
  const otherwise: Script | undefined = takeKeyword(reader, "else") ? scriptUntil(reader, "fi") : undefined;
  expectKeyword(reader, "fi", start, "if");
  return { kind: "if", branches, otherwise, ...NONE, range: place(reader, start) };
}

function readBranch(reader: Reader, start: number): Branch {
  const from = reader.at;
  const condition = scriptUntil(reader, "then", "elif", "else", "fi");
  expectKeyword(reader, "then", start, "if");
  const body = scriptUntil(reader, "elif", "else", "fi");
  return { condition, body, range: place(reader, from) };
}

function readWhile(reader: Reader, start: number, kind: "while" | "until"): Bare {
  const condition = scriptUntil(reader, "do", "done");
  expectKeyword(reader, "do", start, kind);
  const body = scriptUntil(reader, "done");
  expectKeyword(reader, "done", start, kind);
  return { kind, condition, body, ...NONE, range: place(reader, start) };
}
