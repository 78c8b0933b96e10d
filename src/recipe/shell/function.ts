// Functions, and coprocesses, which are written alike: a name and a command.

import type { Command, CompoundCommand, FunctionDefinition, Word } from "./ast.ts";
import { skipBlanks, skipLines } from "./blanks.ts";
import { keywordAt } from "./keyword.ts";
import { readWord } from "./parts.ts";
import { emit, nested, note, peek, place, type Reader, take } from "./reader.ts";

/** A function whose name (and parentheses) were read. */
export function functionOf(reader: Reader, name: Word, start: number): FunctionDefinition {
  skipLines(reader);
  const body = nested(reader, () => reader.grammar.command(reader));
  if (!body || body.kind === "simple" || body.kind === "function") {
    note(
      reader,
      name.range,
      `the commands of the function ${name.text.slice(0, 60)} are missing`,
      "write them between { and }",
    );
  }
  return { kind: "function", name, body, range: place(reader, start) };
}

const PARENTHESES = /\([ \t]*\)/y;

/** Reads `function name …`; the reader stands behind the word `function`. */
export function readFunctionKeyword(reader: Reader, start: number): FunctionDefinition {
  skipBlanks(reader);
  const name = readWord(reader) ?? missingName(reader, start);
  skipBlanks(reader);
  const parentheses = peek(reader, PARENTHESES)?.[0];
  if (parentheses !== undefined) take(reader, parentheses);
  return functionOf(reader, name, start);
}

function missingName(reader: Reader, start: number): Word {
  note(reader, place(reader, start), "there is no name behind function");
  return { text: "", parts: [], range: place(reader, reader.at) };
}

const COPROCESS_NAME = /([A-Za-z_]\w*)(?=[ \t]+(?:\{|\(|while|until|if|for|case|select|\[\[)(?:[\s(]|$))/y;

/** Reads `coproc [NAME] command`; the reader stands behind the word `coproc`. */
export function readCoprocess(reader: Reader, start: number): CompoundCommand {
  skipBlanks(reader);
  const name = keywordAt(reader) === undefined ? readName(reader) : undefined;
  skipBlanks(reader);
  const command: Command | undefined = nested(reader, () => reader.grammar.command(reader));
  if (!command) note(reader, place(reader, start), "there is no command behind coproc");
  return { kind: "coproc", name, command, redirects: [], range: place(reader, start) };
}

function readName(reader: Reader): Word | undefined {
  const start = reader.at;
  const text = peek(reader, COPROCESS_NAME)?.[0];
  if (text === undefined) return undefined;
  reader.at += text.length;
  emit(reader, "word");
  const range = place(reader, start);
  return { text, parts: [{ kind: "literal", text, range }], range };
}
