// A word that is an assignment for the command it stands before: `env A=1 make`, `export A=1`.

import { placeIn, segmentsOf } from "../script-text.ts";
import type { Assignment, Word } from "./ast.ts";

/** The assignment that a word is; undefined when it is none. */
export function assignmentOf(word: Word): Assignment | undefined {
  const [first, ...rest] = word.parts;
  const begins = first?.kind === "literal" || first?.kind === "argument";
  const match = begins ? /^([A-Za-z_]\w*)(\+?)=/.exec(first.text) : null;
  if (!begins || !match) return undefined;
  const [whole, name = "", plus] = match;
  const segments = word.segments ?? [{ at: 0, source: word.range.start }];
  const literal = first.text.slice(whole.length);
  const { start } = placeIn(segments, whole.length, whole.length);
  const parts = literal === "" ? rest : [{ ...first, text: literal, range: { start, end: first.range.end } }, ...rest];
  const value: Word = {
    ...{ text: word.text.slice(whole.length), parts, range: { start, end: word.range.end } },
    ...(word.segments ? { segments: segmentsOf(segments, whole.length, word.text.length) } : {}),
  };
  return {
    ...{ name, nameRange: placeIn(segments, 0, name.length), index: undefined, append: plus === "+" },
    ...{ value: value.text === "" ? undefined : value, array: undefined, range: word.range },
  };
}
