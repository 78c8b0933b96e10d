// The command of RUN, CMD, ENTRYPOINT, SHELL and HEALTHCHECK, and the JSON lists of COPY, ADD and VOLUME: a JSON array of
// strings is what it is, everything else is text for the shell.

import type { CommandForm, Word } from "./ast.ts";
import { placeOf, type Statement } from "./statement.ts";
import type { Token } from "./words.ts";

/** The strings of a JSON array; undefined when the text is none; a message when it holds something else than strings. */
export function jsonStrings(text: string): readonly string[] | string | undefined {
  if (!text.startsWith("[")) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON, so text for the shell: `[ -f x ] && y` is a good command.
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const strings = value.filter((item) => typeof item === "string");
  if (strings.length !== value.length) return "the list in square brackets may hold strings only";
  return strings;
}

/** A command in either form; undefined after a mistake that was noted. */
export function parseCommand(statement: Statement, token: Token): CommandForm | undefined {
  const range = placeOf(statement, token);
  const words = jsonStrings(token.text);
  if (typeof words === "string") return statement.fail(range, words, "put every item in double quotes");
  return words ? { form: "exec", words, range } : { form: "shell", text: token.text, range };
}

/** The items of a JSON list as words of the recipe; the list must have passed `jsonStrings`. */
export function jsonWords(statement: Statement, token: Token, strings: readonly string[]): readonly Word[] {
  const literals = [...token.text.matchAll(/"(?:[^"\\]|\\.)*"/g)];
  return strings.map((text, index) => {
    const at = token.start + (literals[index]?.index ?? 0);
    return { text, range: statement.line.place(at, at + (literals[index]?.[0].length ?? 0)) };
  });
}
