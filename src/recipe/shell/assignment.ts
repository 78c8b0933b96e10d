// Assignments in front of a command, and arrays as `declare` and its kin take them.

import type { Assignment, Word } from "./ast.ts";
import { skipLines } from "./blanks.ts";
import { readTilde } from "./glob.ts";
import { readWord } from "./parts.ts";
import { atEnd, emit, note, peek, place, type Reader, take } from "./reader.ts";

const BEGINNING = /([A-Za-z_]\w*)(\[[^[\]\n]{0,200}(?:\[[^[\]\n]{0,200}\][^[\]\n]{0,200}){0,20}\])?(\+?)=/y;
const ARRAY = /([A-Za-z_]\w*)(\+?)=\(/y;

/** True where an array is assigned. */
export function atArray(reader: Reader): boolean {
  return peek(reader, ARRAY) !== undefined;
}

/** Reads an assignment; undefined without a move when there is none. */
export function readAssignment(reader: Reader): Assignment | undefined {
  const start = reader.at;
  const match = peek(reader, BEGINNING);
  if (!match) return undefined;
  const [whole, name = "", index, plus] = match;
  reader.at += whole.length;
  emit(reader, "word");
  const array = take(reader, "(", "operator") ? readItems(reader) : undefined;
  return {
    ...{ name, nameRange: place(reader, start, start + name.length), index: index?.slice(1, -1), append: plus === "+" },
    ...{ value: array ? undefined : readValue(reader), array, range: place(reader, start) },
  };
}

function readValue(reader: Reader): Word | undefined {
  const start = reader.at;
  const tilde = reader.text[start] === "~" ? readTilde(reader) : undefined;
  const rest = readWord(reader);
  if (!tilde) return rest;
  return {
    text: reader.text.slice(start, reader.at),
    parts: [tilde, ...(rest?.parts ?? [])],
    range: place(reader, start),
  };
}

function readItems(reader: Reader): readonly Word[] {
  const start = reader.at - 1;
  const items: Word[] = [];
  while (true) {
    skipLines(reader);
    const word = readWord(reader);
    if (word) items.push(word);
    else if (take(reader, ")")) return items;
    else if (atEnd(reader) || !skipStray(reader)) {
      note(reader, place(reader, start, start + 1), "the closing ) of this array is missing");
      return items;
    }
  }
}

// A stray operator in an array is a mistake; `;` more likely says that the parenthesis was forgotten.
function skipStray(reader: Reader): boolean {
  const { at } = reader;
  if (reader.text[at] === ";") return false;
  note(reader, place(reader, at, at + 1), "an array cannot hold this character unquoted");
  reader.at++;
  emit(reader, "skipped");
  return true;
}
