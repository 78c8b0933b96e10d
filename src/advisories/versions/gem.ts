// Versions of Ruby gems: numbers and words; a word makes it a version before the release.

import { byParts, firstDifference, type Order, orderOf, orderOfDigits } from "./order.ts";

/** Order of two versions of gems. */
export const compareGem = byParts(parse, (a, b) => firstDifference(a, b, "0", compareSegments));

function parse(text: string): readonly string[] | undefined {
  const version = text.trim();
  if (!/^[0-9]+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/.test(version)) return undefined;
  const segments = version.replaceAll("-", ".pre.").match(/[0-9]+|[A-Za-z]+/g) ?? [];
  const word = segments.findIndex((segment) => /[A-Za-z]/.test(segment));
  const cut = word === -1 ? segments.length : word;
  return [...withoutZeros(segments.slice(0, cut)), ...withoutZeros(segments.slice(cut))];
}

// 1.0 and 1 are the same, and so are 1.a and 1.0.a.
function withoutZeros(segments: readonly string[]): readonly string[] {
  const last = segments.findLastIndex((segment) => !/^0+$/.test(segment));
  return segments.slice(0, last + 1);
}

function compareSegments(a: string, b: string): Order {
  const [left, right] = [/^\d/.test(a), /^\d/.test(b)];
  if (left && right) return orderOfDigits(a, b);
  if (left !== right) return left ? 1 : -1;
  return orderOf(a, b);
}
