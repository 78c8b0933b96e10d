// Variables, quotes and escapes of a Dockerfile's words, as BuildKit takes them out: `$V`, `${V}`, `${V:-word}` and its
// kin, `${V#pattern}`, `${V/pattern/text}`, nested. Knows no scopes: the caller says what a name stands for.

import { fail } from "../errors.ts";
import { afford, type ExpansionWork } from "../expansion-work.ts";
import { matchingCost, parsePattern, replaceMatches, withoutPrefix, withoutSuffix } from "./shell-pattern.ts";

/** Where values come from. */
export interface ExpansionScope {
  /** The value of a name; undefined when it has none. `plain` says that it stands alone (`$V`, `${V}`), without operator. */
  get(name: string, plain: boolean): string | undefined;
  /** The escape character of the file; a backslash unless said otherwise. */
  readonly escape?: "\\" | "`";
  /** What values may cost, for who expands texts of anybody; undefined: no bound. */
  readonly work?: ExpansionWork;
}

/** A word with its variables replaced. */
export interface Expansion {
  readonly text: string;
  /** The same, cut at blanks outside quotes: what a value brought in is cut, too. */
  readonly words: readonly string[];
  /** Names that had a value. */
  readonly used: ReadonlySet<string>;
  /** Names that had none. */
  readonly undefined: ReadonlySet<string>;
}

/**
 * Expands a word.
 * @throws E_RECIPE_WORD when quotes or braces are not closed, an operator is unknown or the work is used up,
 *   E_RECIPE_VARIABLE for `${V:?}`
 */
export function expandWord(word: string, scope: ExpansionScope): Expansion {
  return expand(word, scope, true);
}

/** Expands the content of a here-document: quotes stay, and the escape character is the backslash. @throws as `expandWord` */
export function expandContent(content: string, { get }: Pick<ExpansionScope, "get">): string {
  return expand(content, { get }, false).text;
}

// Deeper nesting than this is no recipe of anybody's, and would exhaust the stack.
const MAX_DEPTH = 50;

interface Reader {
  readonly whole: string;
  readonly chars: readonly string[];
  at: number;
  depth: number;
  readonly get: ExpansionScope["get"];
  readonly work: ExpansionWork | undefined;
  readonly escaping: string;
  readonly quotes: boolean;
  readonly used: Set<string>;
  readonly missing: Set<string>;
}

function expand(text: string, scope: ExpansionScope, quotes: boolean): Expansion {
  const reader: Reader = {
    whole: text,
    chars: [...text],
    at: 0,
    depth: 0,
    get: (name, plain) => scope.get(name, plain),
    work: scope.work,
    escaping: scope.escape ?? "\\",
    quotes,
    used: new Set(),
    missing: new Set(),
  };
  const read = readUntil(reader, undefined, false);
  return { text: read.text, words: read.words, used: reader.used, undefined: reader.missing };
}

function broken(reader: Reader, reason: string): Error {
  return fail("E_RECIPE_WORD", { word: reader.whole, reason });
}

interface Piece {
  readonly text: string;
  readonly words: readonly string[];
}

// Reads to the stop character, or to the end when there is none. `raw`: escapes stay, for a pattern to see them.
function readUntil(reader: Reader, stop: string | undefined, raw: boolean): Piece {
  if (++reader.depth > MAX_DEPTH) throw broken(reader, "it is nested too deep");
  const collected: Collected = { text: "", words: [], word: "" };
  for (let char = reader.chars[reader.at]; char !== undefined; char = reader.chars[reader.at]) {
    if (char === stop) {
      reader.at++;
      reader.depth--;
      return finish(collected);
    }
    if (char === "$") split(collected, readDollar(reader));
    else if (char === "'" && reader.quotes) keep(collected, readSingleQuoted(reader));
    else if (char === '"' && reader.quotes) keep(collected, readDoubleQuoted(reader, raw));
    else if (char === reader.escaping) keep(collected, readEscaped(reader, raw));
    else {
      split(collected, char);
      reader.at++;
    }
  }
  if (stop !== undefined) throw broken(reader, `the closing ${stop} is missing`);
  reader.depth--;
  return finish(collected);
}

interface Collected {
  text: string;
  readonly words: string[];
  word: string;
}

function keep(collected: Collected, text: string): void {
  collected.text += text;
  collected.word += text;
}

function split(collected: Collected, text: string): void {
  collected.text += text;
  for (const char of text) {
    if (!/\s/.test(char)) collected.word += char;
    else if (collected.word !== "") {
      collected.words.push(collected.word);
      collected.word = "";
    }
  }
}

function finish({ text, words, word }: Collected): Piece {
  return { text, words: word === "" ? words : [...words, word] };
}

// At the end of a word the escape character stands for nothing.
function readEscaped(reader: Reader, raw: boolean): string {
  const next = reader.chars[reader.at + 1];
  reader.at += 2;
  return raw ? `${reader.escaping}${next ?? ""}` : (next ?? "");
}

function readSingleQuoted(reader: Reader): string {
  const end = reader.chars.indexOf("'", reader.at + 1);
  if (end < 0) throw broken(reader, "the closing ' is missing");
  const text = reader.chars.slice(reader.at + 1, end).join("");
  reader.at = end + 1;
  return text;
}

// Only `"`, `$` and the escape character itself can be escaped here; before anything else it stays.
function readDoubleQuoted(reader: Reader, raw: boolean): string {
  let text = "";
  reader.at++;
  for (let char = reader.chars[reader.at]; char !== undefined; char = reader.chars[reader.at]) {
    if (char === '"') {
      reader.at++;
      return text;
    }
    if (char === "$") {
      text += readDollar(reader);
      continue;
    }
    const next = reader.chars[reader.at + 1];
    const escapes = char === reader.escaping && (next === '"' || next === "$" || next === reader.escaping);
    text += escapes ? `${raw ? char : ""}${next}` : char;
    reader.at += escapes ? 2 : 1;
  }
  throw broken(reader, 'the closing " is missing');
}

function readDollar(reader: Reader): string {
  reader.at++;
  if (reader.chars[reader.at] === "{") {
    reader.at++;
    return readBraces(reader);
  }
  const name = readName(reader);
  return name === "" ? "$" : (lookUp(reader, name, true) ?? "");
}

function readName(reader: Reader): string {
  const start = reader.at;
  const first = reader.chars[start] ?? "";
  const part = /\d/.test(first) ? /\d/ : /[\p{L}\p{Nd}_]/u;
  if (/[@*#?\-$!]/.test(first)) reader.at++;
  else while (part.test(reader.chars[reader.at] ?? "")) reader.at++;
  return reader.chars.slice(start, reader.at).join("");
}

function pay(reader: Reader, cost: number): void {
  if (reader.work && !afford(reader.work, cost)) throw broken(reader, "the values in it are too long");
}

function lookUp(reader: Reader, name: string, plain: boolean): string | undefined {
  const value = reader.get(name, plain);
  pay(reader, value?.length ?? 0);
  (value === undefined ? reader.missing : reader.used).add(name);
  return value;
}

function readBraces(reader: Reader): string {
  const name = readName(reader);
  if (name === "") throw broken(reader, "there is no name behind ${");
  const operator = reader.chars[reader.at++];
  if (operator === undefined) throw broken(reader, "the closing } is missing");
  if (operator === "}") return lookUp(reader, name, true) ?? "";
  if (operator === "/") return replaced(reader, name);
  if (operator === "#" || operator === "%") return trimmed(reader, name, operator);
  const emptyCounts = operator === ":";
  const kind = emptyCounts ? reader.chars[reader.at++] : operator;
  if (kind !== "-" && kind !== "+" && kind !== "?") {
    throw broken(reader, `${emptyCounts ? ":" : ""}${kind ?? ""} is no operator behind \${${name}`);
  }
  const { text } = readUntil(reader, "}", false);
  const value = lookUp(reader, name, false);
  const set = value !== undefined && !(emptyCounts && value === "");
  if (kind === "+") return set ? text : "";
  if (set) return value;
  if (kind === "-") return text;
  throw fail("E_RECIPE_VARIABLE", { name, reason: text || `has no value, and ${reader.whole} asks for one` });
}

function trimmed(reader: Reader, name: string, operator: "#" | "%"): string {
  const longest = reader.chars[reader.at] === operator;
  if (longest) reader.at++;
  const pattern = patternOf(reader, readUntil(reader, "}", true).text);
  const value = lookUp(reader, name, false) ?? "";
  pay(reader, matchingCost(value, pattern));
  return (operator === "#" ? withoutPrefix : withoutSuffix)(value, pattern, longest);
}

function replaced(reader: Reader, name: string): string {
  const every = reader.chars[reader.at] === "/";
  if (every) reader.at++;
  const pattern = patternOf(reader, readUntil(reader, "/", true).text);
  const { text } = readUntil(reader, "}", true);
  const value = lookUp(reader, name, false) ?? "";
  pay(reader, matchingCost(value, pattern, text));
  return replaceMatches(value, pattern, text, every);
}

function patternOf(reader: Reader, text: string): ReturnType<typeof parsePattern> & object {
  const pattern = parsePattern(text);
  if (!pattern) throw broken(reader, `${text} escapes what needs no escape`);
  return pattern;
}
