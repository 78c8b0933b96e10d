// From a file's text to its YAML documents, bounded: size, depth and number are checked before anything is built, because the
// YAML library builds by recursion.

import type { Document } from "yaml";
import type { Range, SourceText } from "../../base/source.ts";
import { Composer, Lexer, Parser } from "../../base/yaml.ts";
import type { Notebook } from "./notebook.ts";

/** Longest text of one file, in UTF-16 units. */
export const MAX_TEXT = 1024 * 1024;
/** Words and marks of all files of one reading: what reading them costs grows with their number. */
export const MAX_LEXEMES = 400_000;
const MAX_DEPTH = 100;
const MAX_DOCUMENTS = 32;

/** How much of a recipe may still be read. */
export interface Budget {
  lexemes: number;
}

/** The documents of a file; undefined when it is no YAML or too much of it, which is noted. */
export function yamlDocuments(source: SourceText, budget: Budget, notebook: Notebook): readonly Document[] | undefined {
  const whole = { pointer: "", at: { source, range: { start: 0, end: 0 } } };
  if (source.text.length > MAX_TEXT) {
    notebook.refuse(whole, `${source.name} is longer than ${MAX_TEXT / 1024 / 1024} MiB`, "split it, with include:");
    return undefined;
  }
  const tokens = tokensOf(source.text, budget);
  if (!Array.isArray(tokens)) {
    const at = { source, range: charAt(source, tokens.stopAt) };
    notebook.refuse({ pointer: "", at }, `${source.name} ${tokens.reason}`);
    return undefined;
  }
  const documents: Document[] = [];
  for (const document of composed(tokens, source.text.length)) {
    if (documents.length === MAX_DOCUMENTS) {
      notebook.refuse(whole, `${source.name} holds more than ${MAX_DOCUMENTS} documents`);
      return undefined;
    }
    documents.push(document);
  }
  const sound = documents.map((document) => noteErrors(document, source, notebook));
  return sound.every(Boolean) ? documents : undefined;
}

type Token = Parameters<Composer["next"]>[0];

function tokensOf(text: string, budget: Budget): Token[] | { readonly stopAt: number; readonly reason: string } {
  const parser = new Parser();
  const tokens: Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    const stopAt = Math.min(parser.offset, text.length);
    if (parser.stack.length > MAX_DEPTH) return { stopAt, reason: `is nested more than ${MAX_DEPTH} levels deep` };
    if (--budget.lexemes < 0) return { stopAt, reason: "and the files before it are too long: split the stack" };
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

// The failsafe schema leaves every scalar a text: what it means is decided in `plain-scalar.ts`. Keys are compared there, too: the
// library compares every pair.
function composed(tokens: readonly Token[], length: number) {
  const composer = new Composer({ schema: "failsafe", merge: false, uniqueKeys: false, logLevel: "silent" });
  return composer.compose(tokens, false, length);
}

function noteErrors(document: Document, source: SourceText, notebook: Notebook): boolean {
  for (const error of document.errors.slice(0, 20)) {
    const [start, end] = error.pos;
    const first = charAt(source, start);
    const at = { source, range: { start: first.start, end: Math.min(source.text.length, Math.max(end, first.end)) } };
    notebook.error({ pointer: "", at }, `${source.name} is no YAML here: ${firstLine(error.message)}`);
  }
  return document.errors.length === 0;
}

// The library counts on behind the end of the text.
function charAt({ text }: SourceText, offset: number): Range {
  const start = Math.min(offset, text.length);
  return { start, end: Math.min(start + 1, text.length) };
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");
}
