// The converted recipe while it is written: pieces of text in sections, each remembering which part of the original it
// comes from. Line numbers of the report come from here, so that they are true by construction.

import type { Range, SourceText } from "../../base/source.ts";
import { type Conversion, type Fidelity, type Lines, lesser, linesOf } from "./report.ts";

/** A part of the original, and what is known of its conversion so far. */
export interface Part {
  readonly range: Range;
  readonly what: string;
  fidelity: Fidelity;
  readonly notes: string[];
}

/** Lines of the converted recipe; without a part when they are scaffolding. */
export interface Piece {
  readonly lines: readonly string[];
  readonly part?: Part | undefined;
}

/** A part that is exact until something is said of it. */
export function newPart(range: Range, what: string): Part {
  return { range, what, fidelity: "exact", notes: [] };
}

/** Says that a part is not exact, and why. */
export function lower(part: Part, fidelity: Fidelity, note: string): void {
  part.fidelity = lesser(part.fidelity, fidelity);
  if (!part.notes.includes(note)) part.notes.push(note);
}

/** Says something of a part that does not make it worse. */
export function remark(part: Part, note: string): void {
  lower(part, "exact", note);
}

/** Puts the pieces together and counts their lines. */
export function conclude(
  language: Conversion["language"],
  pieces: readonly Piece[],
  parts: readonly Part[],
  source: SourceText,
): Omit<Conversion, "unused"> {
  const targets = new Map<Part, Lines[]>();
  const text: string[] = [];
  for (const { lines, part } of pieces) {
    const physical = lines.flatMap((line) => line.split("\n"));
    if (part && physical.length > 0) {
      const known = targets.get(part) ?? [];
      known.push({ first: text.length + 1, last: text.length + physical.length });
      targets.set(part, known);
    }
    text.push(...physical);
  }
  const rows = [...parts]
    .sort((a, b) => a.range.start - b.range.start)
    .map((part) => ({
      source: linesOf(source.text, part.range),
      what: part.what,
      fidelity: part.fidelity,
      notes: part.notes,
      targets: joined(targets.get(part) ?? []),
    }));
  while (text.at(-1) === "") text.pop();
  return { language, text: `${text.join("\n")}\n`, rows };
}

// Neighbouring pieces of one part are one stretch of lines.
function joined(lines: readonly Lines[]): readonly Lines[] {
  const result: Lines[] = [];
  for (const one of lines.toSorted((a, b) => a.first - b.first)) {
    const before = result.at(-1);
    if (before && before.last + 1 === one.first) result[result.length - 1] = { first: before.first, last: one.last };
    else result.push(one);
  }
  return result;
}
