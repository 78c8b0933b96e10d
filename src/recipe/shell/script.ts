// Statements, and-or lists and pipelines. What cannot be read is noted and passed over, one operator or word at a time, so
// that everything behind it is read.

import type { Command, Operator, Pipeline, Script, Statement } from "./ast.ts";
import { skipBlanks, skipLines, takeNewline } from "./blanks.ts";
import { readByKeyword, readParenthesized } from "./compound.ts";
import { closerAt, isExpected, keywordAt, takeKeyword } from "./keyword.ts";
import { atEnd, emit, note, peek, place, type Reader, take } from "./reader.ts";
import { readSimpleCommand } from "./simple-command.ts";

/** Reads statements up to the text's end, or a closing word or parenthesis that something around waits for. */
export function readScript(reader: Reader): Script {
  const start = reader.at;
  const statements: Statement[] = [];
  let end = start;
  while (true) {
    skipLines(reader);
    if (atEnd(reader) || isExpected(reader, closerAt(reader) ?? "")) break;
    const statement = readStatement(reader);
    if (statement) statements.push(statement);
    else skipStray(reader);
    end = reader.at;
    if (statement && !statement.terminator) noteUnended(reader);
  }
  return { statements, range: place(reader, start, end) };
}

// `a (b)` and `fi b` are no two commands; what follows is read as one, so that nothing is hidden.
function noteUnended(reader: Reader): void {
  skipBlanks(reader);
  const { text, at } = reader;
  if (atEnd(reader) || closerAt(reader) !== undefined || /[\n;&|]/.test(text[at] ?? "")) return;
  const found = String.fromCodePoint(text.codePointAt(at) ?? 0);
  note(
    reader,
    place(reader, at, at + found.length),
    `${found} is not expected here`,
    "end the command before it: ; or a new line",
  );
}

const STRAY = /;;&|;[;&]?|&&|\|[|&]?|&>?>?|[^\s;&|()<>]+|[\s\S]/y;

function skipStray(reader: Reader): void {
  const start = reader.at;
  const text = peek(reader, STRAY)?.[0] ?? "";
  reader.at += text.length;
  emit(reader, "skipped");
  note(reader, place(reader, start), `${text.slice(0, 40).trim()} is not expected here`);
  // What ends the misplaced word is no second mistake.
  if (/^\w|^[)}]/.test(text)) readTerminator(reader);
}

function readStatement(reader: Reader): Statement | undefined {
  const start = reader.at;
  const first = readPipeline(reader);
  if (!first) return undefined;
  const pipelines = [first];
  const operators: Operator<"&&" | "||">[] = [];
  let end = first.range;
  for (let next = readJoint(reader); next; next = readJoint(reader)) {
    operators.push(next);
    end = next.range;
    skipLines(reader);
    const pipeline = readPipeline(reader);
    if (!pipeline) {
      note(reader, next.range, `there is no command behind ${next.text}`);
      break;
    }
    pipelines.push(pipeline);
    end = pipeline.range;
  }
  const range = { start: place(reader, start).start, end: end.end };
  return { pipelines, operators, terminator: readTerminator(reader), range };
}

function readJoint(reader: Reader): Operator<"&&" | "||"> | undefined {
  return takeOneOf(reader, "&&", "||");
}

function takeOneOf<Name extends string>(reader: Reader, ...names: readonly Name[]): Operator<Name> | undefined {
  skipBlanks(reader);
  const start = reader.at;
  const text = names.find((name) => take(reader, name));
  return text === undefined ? undefined : { text, range: place(reader, start) };
}

function readTerminator(reader: Reader): Statement["terminator"] {
  skipBlanks(reader);
  const start = reader.at;
  if (takeNewline(reader)) return { text: "\n", range: place(reader, start, start + 1) };
  if (closerAt(reader)?.startsWith(";")) return undefined;
  return takeOneOf(reader, ";", "&");
}

function readPipeline(reader: Reader): Pipeline | undefined {
  const start = reader.at;
  const { negated, timed } = readPrefixes(reader);
  const first = readCommand(reader);
  if (!first) {
    if (reader.at === start) return undefined;
    return { negated, timed, commands: [], operators: [], range: place(reader, start) };
  }
  const commands = [first];
  const operators: Operator<"|" | "|&">[] = [];
  let end = first.range;
  for (let next = readPipe(reader); next; next = readPipe(reader)) {
    operators.push(next);
    end = next.range;
    skipLines(reader);
    const command = readCommand(reader);
    if (!command) {
      note(reader, next.range, `there is no command behind ${next.text}`);
      break;
    }
    commands.push(command);
    end = command.range;
  }
  return { negated, timed, commands, operators, range: { start: place(reader, start).start, end: end.end } };
}

function readPipe(reader: Reader): Operator<"|" | "|&"> | undefined {
  skipBlanks(reader);
  return reader.text.startsWith("||", reader.at) ? undefined : takeOneOf(reader, "|&", "|");
}

const PLAIN_TIME = /time(?:[ \t]+-p(?=\s)|(?=[ \t]+[^\s-]|\s*$|[ \t]*[;\n]))/y;

// `time -v` is the program, not the reserved word.
function readPrefixes(reader: Reader): Pick<Pipeline, "negated" | "timed"> {
  let negated = false;
  let timed = false;
  while (true) {
    skipBlanks(reader);
    const time = timed ? undefined : peek(reader, PLAIN_TIME)?.[0];
    if (time !== undefined) timed = take(reader, time);
    else if (takeKeyword(reader, "!")) negated = !negated;
    else return { negated, timed };
  }
}

/** Reads a command of any kind; undefined without a move when none begins here. */
export function readCommand(reader: Reader): Command | undefined {
  skipBlanks(reader);
  if (reader.text[reader.at] === "(") return readParenthesized(reader);
  const keyword = keywordAt(reader);
  if (keyword !== undefined) {
    const command = readByKeyword(reader, keyword);
    if (command) return command;
    if (closerAt(reader) !== undefined && keyword !== "in" && keyword !== "]]") return undefined;
  }
  return readSimpleCommand(reader);
}
