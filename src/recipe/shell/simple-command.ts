// Simple commands, and functions in the form `name() …`, which begin like one.

import { atArray, readAssignment } from "./assignment.ts";
import type { Assignment, FunctionDefinition, Redirect, SimpleCommand, Word } from "./ast.ts";
import { skipBlanks } from "./blanks.ts";
import { functionOf } from "./function.ts";
import { readWord } from "./parts.ts";
import { peek, place, type Reader, take } from "./reader.ts";
import { readRedirect } from "./redirect.ts";

const PARENTHESES = /\([ \t]*\)/y;
const DECLARATIONS: ReadonlySet<string> = new Set(["declare", "export", "local", "readonly", "typeset"]);

/** Reads a simple command or a function; undefined without a move when neither is here. */
export function readSimpleCommand(reader: Reader): SimpleCommand | FunctionDefinition | undefined {
  const start = reader.at;
  const assignments: Assignment[] = [];
  const words: Word[] = [];
  const redirects: Redirect[] = [];
  let end = start;
  while (readPart(reader, assignments, words, redirects)) {
    end = reader.at;
    skipBlanks(reader);
    if (words.length === 1 && assignments.length + redirects.length === 0 && words[0]) {
      const definition = readFunction(reader, words[0], start);
      if (definition) return definition;
    }
  }
  if (end === start) return undefined;
  return { kind: "simple", assignments, words, redirects, range: place(reader, start, end) };
}

function readPart(reader: Reader, assignments: Assignment[], words: Word[], redirects: Redirect[]): boolean {
  const redirect = readRedirect(reader);
  if (redirect) return redirects.push(redirect) > 0;
  const declares = DECLARATIONS.has(words[0]?.text ?? "") && atArray(reader);
  const assignment = words.length === 0 || declares ? readAssignment(reader) : undefined;
  if (assignment) return assignments.push(assignment) > 0;
  const word = readWord(reader);
  if (word) return words.push(word) > 0;
  return false;
}

function readFunction(reader: Reader, name: Word, start: number): FunctionDefinition | undefined {
  if (reader.text[reader.at] !== "(") return undefined;
  const parentheses = peek(reader, PARENTHESES)?.[0];
  if (parentheses === undefined) return undefined;
  take(reader, parentheses);
  return functionOf(reader, name, start);
}
