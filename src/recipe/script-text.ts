// A text put together from parts of a source text (a command whose continuation lines are joined, a here-document without
// its tabs), with the way back: which place of the source each of its characters came from. Knows no language.

import type { Range } from "../base/source.ts";

/** From `at` in the text on, up to the next segment, characters stand in the source from `source` on. */
export interface Segment {
  readonly at: number;
  readonly source: number;
}

/** A text for a shell or another interpreter, and where it came from. */
export interface ScriptText {
  readonly text: string;
  /** In order; the first one begins at 0. */
  readonly segments: readonly Segment[];
}

/** The place in the source of a part of a text with these segments. */
export function placeIn(segments: readonly Segment[], start: number, end: number): Range {
  const begin = sourceOffset(segments, start);
  return { start: begin, end: end > start ? sourceOffset(segments, end - 1) + 1 : begin };
}

/** The offset in the text of a place in the source, the way back from `placeIn`. */
export function offsetIn(segments: readonly Segment[], source: number): number {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((segments[middle]?.source ?? 0) <= source) low = middle;
    else high = middle - 1;
  }
  const segment = segments[low];
  return segment ? source - segment.source + segment.at : source;
}

/** The segments of a part of the text, counted from its beginning. */
export function segmentsOf(segments: readonly Segment[], start: number, end: number): readonly Segment[] {
  const first = { at: 0, source: sourceOffset(segments, start) };
  const from = indexAt(segments, start) + 1;
  const inside: Segment[] = [first];
  for (let index = from; index < segments.length; index++) {
    const { at, source } = segments[index] ?? { at: end, source: 0 };
    if (at >= end) break;
    if (at > start) inside.push({ at: at - start, source });
  }
  return inside;
}

/** A part of the source as it stands there. */
export function sourcePart(source: string, { start, end }: Range): ScriptText {
  return { text: source.slice(start, end), segments: [{ at: 0, source: start }] };
}

/** Two texts, one behind the other. */
export function appendText(first: ScriptText, second: ScriptText): ScriptText {
  const moved = second.segments.map(({ at, source }) => ({ at: at + first.text.length, source }));
  return { text: first.text + second.text, segments: [...first.segments, ...moved] };
}

/**
 * A text without what the pattern (global) finds in it: tabs before lines, carriage returns. Of each match the last `kept`
 * characters stay, as what an escape character stands before.
 */
export function withoutMatches({ text, segments }: ScriptText, pattern: RegExp, kept = 0): ScriptText {
  const places: Segment[] = [];
  let joined = "";
  let from = 0;
  const keep = (end: number) => {
    if (end <= from) return;
    for (const { at, source } of segmentsOf(segments, from, end)) places.push({ at: at + joined.length, source });
    joined += text.slice(from, end);
  };
  for (const match of text.matchAll(pattern)) {
    keep(match.index);
    from = match.index + match[0].length - kept;
  }
  keep(text.length);
  return { text: joined, segments: places.length > 0 ? places : segments.slice(0, 1) };
}

function sourceOffset(segments: readonly Segment[], at: number): number {
  const segment = segments[indexAt(segments, at)];
  return segment ? segment.source + at - segment.at : at;
}

function indexAt(segments: readonly Segment[], at: number): number {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((segments[middle]?.at ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
