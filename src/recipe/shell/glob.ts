// Globs and tildes of bare words. What looks like the beginning of a pattern and has no end is plain text.

import type { WordPart } from "./ast.ts";
import { peek, place, type Reader } from "./reader.ts";

const BRACKET = /\[[!^]?\]?(?:\[[:.=]\w{1,20}[:.=]\]|[^\]\s'"$`\\;&|()<>/]){0,200}\]/y;
const TILDE = /~([\w.+-]*)(?=$|[\s/:;&|()<>])/y;
const MAX_LIST = 500;

/** Reads `*`, `?`, `[…]` or `@(…)`; undefined without a move when it is none. */
export function readGlob(reader: Reader, atStart: boolean): WordPart | undefined {
  const { text, at } = reader;
  const char = text[at];
  // At the beginning of a command `!(` is a negated subshell.
  if (text[at + 1] === "(" && !(char === "!" && atStart)) {
    const end = listEnd(text, at + 2);
    if (end !== undefined) return globUntil(reader, end);
  }
  if (char === "*" || char === "?") return globUntil(reader, at + 1);
  const bracket = char === "[" ? peek(reader, BRACKET) : undefined;
  return bracket && globUntil(reader, at + bracket[0].length);
}

function globUntil(reader: Reader, end: number): WordPart {
  const start = reader.at;
  reader.at = end;
  return { kind: "glob", text: reader.text.slice(start, end), range: place(reader, start) };
}

function listEnd(text: string, start: number): number | undefined {
  let depth = 1;
  for (let at = start; at < Math.min(text.length, start + MAX_LIST); at++) {
    if (text[at] === "\n") return undefined;
    if (text[at] === "(") depth++;
    if (text[at] === ")" && --depth === 0) return at + 1;
  }
  return undefined;
}

/** Reads `~` or `~user`; undefined without a move when it is none. */
export function readTilde(reader: Reader): WordPart | undefined {
  const match = peek(reader, TILDE);
  if (!match) return undefined;
  const start = reader.at;
  reader.at += match[0].length;
  return { kind: "tilde", text: match[1] ?? "", range: place(reader, start) };
}
