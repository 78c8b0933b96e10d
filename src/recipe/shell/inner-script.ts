// A script that stands in a word of another one (`sh -c '…'`): its text, and where its characters stand. What the outer shell
// expands stays as it is written, so that the inner script has the same variables and substitutions in the same places.

import { offsetIn, type ScriptText, segmentsOf } from "../script-text.ts";
import type { Word, WordPart } from "./ast.ts";

/** The script in a word. Behind an escape of `$'…'` places are near, everywhere else exact. */
export function innerScript(word: Word): ScriptText {
  return joined(word.parts.flatMap((part) => piecesOf(part, word)));
}

/** Several words as one script, a blank between them: what `eval` does. */
export function joinedScript(words: readonly Word[]): ScriptText {
  return joined(
    words.flatMap((word, index) => (index === 0 ? [innerScript(word)] : [blankBefore(word), innerScript(word)])),
  );
}

function blankBefore({ range }: Word): ScriptText {
  return { text: " ", segments: [{ at: 0, source: Math.max(0, range.start - 1) }] };
}

function joined(pieces: readonly ScriptText[]): ScriptText {
  const segments: ScriptText["segments"][number][] = [];
  const texts: string[] = [];
  let length = 0;
  for (const piece of pieces) {
    for (const { at, source } of piece.text === "" ? [] : piece.segments) segments.push({ at: at + length, source });
    texts.push(piece.text);
    length += piece.text.length;
  }
  return { text: texts.join(""), segments };
}

function piecesOf(part: WordPart, word: Word): readonly ScriptText[] {
  if (part.kind === "argument") return [{ text: part.text, segments: word.segments ?? [] }];
  const raw = rawText(part, word);
  switch (part.kind) {
    case "single":
      return [cut(raw, 1, 1 + part.text.length)];
    case "escape":
      return [cut(raw, 1, raw.text.length)];
    case "ansi":
      return [{ text: part.text, segments: cut(raw, 2, raw.text.length).segments }];
    case "double":
      return part.parts.flatMap((inner) => piecesOf(inner, word));
    default:
      return [raw];
  }
}

// The part as it is written, out of its word.
function rawText({ range }: WordPart, word: Word): ScriptText {
  const segments = word.segments ?? [{ at: 0, source: word.range.start }];
  const start = offsetIn(segments, range.start);
  return cut({ text: word.text, segments }, start, offsetIn(segments, range.end - 1) + 1);
}

function cut({ text, segments }: ScriptText, start: number, end: number): ScriptText {
  return { text: text.slice(start, end), segments: segmentsOf(segments, start, end) };
}
