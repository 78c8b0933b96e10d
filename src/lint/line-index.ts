// Lines and columns of a text, looked up fast. Columns count UTF-16 units from 1, as editors and SARIF do.

import type { Position, Range, SourceText } from "../base/source.ts";

/** Begin and end of a part of a text; the end is behind its last character. */
export interface Region {
  readonly start: Position;
  readonly end: Position;
}

const KEPT = new WeakMap<SourceText, readonly number[]>();

/** The region of a part of a text. */
export function regionOf(source: SourceText, { start, end }: Range): Region {
  const starts = KEPT.get(source) ?? lineStarts(source.text);
  KEPT.set(source, starts);
  return { start: position(starts, start), end: position(starts, end) };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function position(starts: readonly number[], offset: number): Position {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}
