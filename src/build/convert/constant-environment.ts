// An `%environment` section that only sets variables, told from one that is a program: the first can be ENV instructions,
// the second must run. Reads as much shell as assignments need, and answers "a program" whenever in doubt.

import type { ValuePart } from "./dockerfile-words.ts";

/** One variable with its value. */
export interface Assignment {
  readonly name: string;
  readonly value: readonly ValuePart[];
}

// Known only when the image runs, and then others' than at build time.
const OF_THE_CALLER =
  /^(?:HOME|USER|LOGNAME|PWD|OLDPWD|UID|SHELL|HOSTNAME|TERM|TMPDIR|RANDOM|(?:APPTAINER|SINGULARITY)\w*)$/;

/** The assignments of a section in their order; undefined when it does more than set variables to fixed values. */
export function constantEnvironment(body: string): readonly Assignment[] | undefined {
  const found: (Assignment & { exported: boolean })[] = [];
  for (const line of body.split("\n").map((raw) => raw.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const match = /^(export\s+)?(.*)$/s.exec(line);
    const words = shellWords(match?.[2] ?? "");
    if (!words) return undefined;
    for (const word of words) {
      const assignment = assignmentOf(word);
      const bare = bareName(word);
      const known = found.findLast(({ name }) => name === bare);
      if (assignment) found.push({ ...assignment, exported: match?.[1] !== undefined });
      else if (match?.[1] !== undefined && known) known.exported = true;
      else return undefined;
    }
  }
  // A variable that is not exported is seen by the lines below only; ENV has no such thing.
  return found.every(({ exported }) => exported) ? found.map(({ name, value }) => ({ name, value })) : undefined;
}

function bareName(word: readonly ValuePart[]): string | undefined {
  const [first, ...more] = word;
  return first && "text" in first && more.length === 0 ? first.text : undefined;
}

function assignmentOf([first, ...more]: readonly ValuePart[]): Assignment | undefined {
  const match = first && "text" in first ? /^([A-Za-z_]\w*)=(.*)$/s.exec(first.text) : undefined;
  const name = match?.[1];
  if (!match || name === undefined) return undefined;
  const value = [...(match[2] ? [{ text: match[2] }] : []), ...more];
  return value.some((part) => "name" in part && OF_THE_CALLER.test(part.name)) ? undefined : { name, value };
}

interface Reading {
  readonly line: string;
  at: number;
}

// The words of a line up to a comment; undefined when it holds more than words.
function shellWords(line: string): readonly (readonly ValuePart[])[] | undefined {
  const reading: Reading = { line, at: 0 };
  const words: (readonly ValuePart[])[] = [];
  while (true) {
    while (/\s/.test(line.charAt(reading.at))) reading.at++;
    if (reading.at >= line.length || line.charAt(reading.at) === "#") return words;
    const word = readWord(reading);
    if (!word) return undefined;
    words.push(word);
  }
}

function readWord(reading: Reading): readonly ValuePart[] | undefined {
  const parts: ValuePart[] = [];
  const { line } = reading;
  while (reading.at < line.length && !/\s/.test(line.charAt(reading.at))) {
    const char = line.charAt(reading.at);
    const read = char === "'" ? readSingle(reading) : char === '"' ? readDouble(reading) : readBare(reading);
    if (!read) return undefined;
    parts.push(...read);
  }
  return joined(parts);
}

function joined(parts: readonly ValuePart[]): readonly ValuePart[] {
  const result: ValuePart[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (last && "text" in last && "text" in part) result[result.length - 1] = { text: last.text + part.text };
    else result.push(part);
  }
  return result;
}

function readSingle(reading: Reading): readonly ValuePart[] | undefined {
  const end = reading.line.indexOf("'", reading.at + 1);
  if (end < 0) return undefined;
  const text = reading.line.slice(reading.at + 1, end);
  reading.at = end + 1;
  return [{ text }];
}

function readDouble(reading: Reading): readonly ValuePart[] | undefined {
  const { line } = reading;
  const parts: ValuePart[] = [{ text: "" }];
  for (reading.at++; reading.at < line.length; ) {
    const char = line.charAt(reading.at);
    if (char === '"') {
      reading.at++;
      return parts;
    }
    const next = line.charAt(reading.at + 1);
    const read = char === "$" ? readVariable(reading) : undefined;
    if (char === "`" || (char === "$" && !read)) return undefined;
    if (read) parts.push(read);
    else {
      const escapes = char === "\\" && /["\\$`]/.test(next);
      parts.push({ text: escapes ? next : char });
      reading.at += escapes ? 2 : 1;
    }
  }
  return undefined;
}

function readBare(reading: Reading): readonly ValuePart[] | undefined {
  const char = reading.line.charAt(reading.at);
  if (char === "$") {
    const read = readVariable(reading);
    return read && [read];
  }
  // Patterns, tildes, redirections, lists and everything else that is not itself.
  if (/[`*?[\]~;&|<>(){}!]/.test(char)) return undefined;
  const escapes = char === "\\";
  const text = escapes ? reading.line.charAt(reading.at + 1) : char;
  if (text === "") return undefined;
  reading.at += escapes ? 2 : 1;
  return [{ text }];
}

// `$NAME` and `${NAME}`, nothing with operators.
function readVariable(reading: Reading): ValuePart | undefined {
  const pattern = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/y;
  pattern.lastIndex = reading.at;
  const match = pattern.exec(reading.line);
  const name = match?.[1] ?? match?.[2];
  if (!match || name === undefined) return undefined;
  reading.at += match[0].length;
  return { name };
}
