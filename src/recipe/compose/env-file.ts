// The syntax of `.env` and of env_file: NAME=VALUE, `export`, comments, quotes over several lines, variables in values. As Compose
// reads it; a raw file (format: raw) knows neither quotes nor variables.

import type { SourceText } from "../../base/source.ts";
import type { Notebook } from "./notebook.ts";
import { fillTemplate, type Lookup } from "./template.ts";
import { type ScalarNode, textNode } from "./tree.ts";

/** Variables of a file in their order, each with its place. */
export type EnvFile = ReadonlyMap<string, ScalarNode>;

interface Reading {
  readonly source: SourceText;
  readonly text: string;
  readonly notebook: Notebook;
  readonly lookup: Lookup;
  readonly values: Map<string, ScalarNode>;
  at: number;
}

/** Reads a file of variables. What it does not set itself is looked up: `NAME` alone, and `${NAME}` in values. */
export function readEnvFile(source: SourceText, lookup: Lookup, notebook: Notebook): EnvFile {
  const reading: Reading = { source, text: source.text, notebook, lookup, values: new Map(), at: bomLength(source) };
  while (toStatement(reading)) {
    if (!statement(reading)) break;
  }
  return reading.values;
}

/** Reads a file without quotes and variables, as `docker run --env-file` does. */
export function readRawEnvFile(source: SourceText, lookup: Lookup): EnvFile {
  const values = new Map<string, ScalarNode>();
  let offset = 0;
  for (const raw of source.text.split("\n")) {
    const start = offset;
    offset += raw.length + 1;
    const line = raw.replace(/\r$/, "").trimStart();
    if (line === "" || line.startsWith("#")) continue;
    const equals = line.indexOf("=");
    const name = equals < 0 ? line.trim() : line.slice(0, equals).trim();
    const value = equals < 0 ? lookup(name) : line.slice(equals + 1);
    const at = { source, range: { start, end: start + raw.length } };
    if (name !== "" && value !== undefined) values.set(name, textNode(value, at));
  }
  return values;
}

function bomLength(source: SourceText): number {
  return source.text.startsWith("\uFEFF") ? 1 : 0;
}

function toStatement(reading: Reading): boolean {
  const { text } = reading;
  while (reading.at < text.length) {
    const char = text[reading.at] ?? "";
    if (char === "#") reading.at = lineEnd(reading, reading.at);
    else if (/\s/.test(char)) reading.at += 1;
    else return true;
  }
  return false;
}

/** One assignment; false when reading cannot go on behind it. */
function statement(reading: Reading): boolean {
  const end = lineEnd(reading, reading.at);
  const line = reading.text.slice(reading.at, end);
  const match = /^(?:export\s+)?([^=:\s#]+)\s*([=:]?)[^\S\n]*/.exec(line);
  const name = match?.[1] ?? "";
  if (
    match === null ||
    !/^[\p{L}\p{N}_.[\]-]+$/u.test(name) ||
    (match[2] === "" && match[0].length < line.trimEnd().length)
  ) {
    fault(reading, end, "this line sets no variable", "write NAME=VALUE");
    reading.at = end;
    return true;
  }
  const begin = reading.at;
  reading.at += match[0].length;
  if (match[2] === "") {
    inherit(reading, name, begin);
    return true;
  }
  const quote = reading.text[reading.at];
  return quote === '"' || quote === "'" ? quoted(reading, name, quote) : bare(reading, name, end);
}

function inherit(reading: Reading, name: string, start: number): void {
  const value = reading.lookup(name);
  if (value !== undefined) set(reading, name, value, start, start + name.length);
}

function bare(reading: Reading, name: string, end: number): boolean {
  const start = reading.at;
  const raw = reading.text.slice(start, end);
  const comment = raw.search(/ #/);
  const value = (comment < 0 ? raw : raw.slice(0, comment)).trimEnd();
  reading.at = end;
  set(reading, name, expanded(reading, value, start), start, start + value.length);
  return true;
}

function quoted(reading: Reading, name: string, quote: string): boolean {
  const start = reading.at;
  let value = "";
  let at = start + 1;
  for (; at < reading.text.length && reading.text[at] !== quote; at++) {
    const char = reading.text[at] ?? "";
    const next = reading.text[at + 1] ?? "";
    if (char !== "\\") value += char;
    else {
      value += next === quote ? quote : char + next;
      at += 1;
    }
  }
  if (at >= reading.text.length) {
    fault(reading, lineEnd(reading, start), "the quotes of this value are not closed");
    return false;
  }
  reading.at = at + 1;
  set(reading, name, quote === '"' ? expanded(reading, unescaped(value), start) : value, start, at + 1);
  const rest = reading.text.slice(reading.at, lineEnd(reading, reading.at));
  if (!/^\s*(?:#.*)?$/.test(rest)) fault(reading, lineEnd(reading, reading.at), "something follows the closing quote");
  reading.at = lineEnd(reading, reading.at);
  return true;
}

const ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries({ a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", '"': '"', "\\": "\\", $: "$$" }),
);

function unescaped(value: string): string {
  return value.replace(/\\(?:0(\d{0,3})|([abfnrtv$"\\]))/g, (whole, octal: string | undefined, char: string) =>
    octal === undefined ? (ESCAPES.get(char) ?? whole) : String.fromCharCode(Number.parseInt(octal || "0", 8) & 0xff),
  );
}

function expanded(reading: Reading, value: string, start: number): string {
  const filled = fillTemplate(value, (name) => reading.lookup(name) ?? scalarOf(reading.values.get(name)));
  if (filled.error) fault(reading, start + value.length, filled.error.message, filled.error.hint);
  return filled.text;
}

function scalarOf(node: ScalarNode | undefined): string | undefined {
  return node === undefined ? undefined : node.text;
}

function set(reading: Reading, name: string, value: string, start: number, end: number): void {
  reading.values.set(name, textNode(value, { source: reading.source, range: { start, end } }));
}

function lineEnd(reading: Reading, from: number): number {
  const end = reading.text.indexOf("\n", from);
  return end < 0 ? reading.text.length : end;
}

function fault(reading: Reading, end: number, message: string, hint?: string): void {
  const range = { start: Math.min(reading.at, end), end };
  reading.notebook.error({ pointer: "", at: { source: reading.source, range } }, message, hint);
}
