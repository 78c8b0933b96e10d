// Versions as semver.org orders them, taken as widely as OSV does for npm, Go, crates.io and Julia: any number of digits
// groups (missing ones are zero), a `v` in front, Go's pseudo versions. Build metadata says nothing.

import { byParts, firstDifference, type Order, orderOf, orderOfDigits } from "./order.ts";

interface SemanticVersion {
  readonly numbers: readonly string[];
  /** Empty for a release. */
  readonly before: readonly string[];
}

const FORM = /^\s*[vV=]*\s*(\d+(?:\.\d+)*)(?:[.-]?([0-9A-Za-z][0-9A-Za-z.-]*))?(?:\+[0-9A-Za-z.+-]*)?\s*$/;

/** Order of two semantic versions. */
export const compareSemver = byParts(parse, (a, b) => {
  const order = firstDifference(a.numbers, b.numbers, "0", orderOfDigits);
  if (order !== 0) return order;
  // A release is newer than everything that came before it.
  if (a.before.length === 0 || b.before.length === 0) return orderOf(b.before.length, a.before.length);
  return compareBefore(a.before, b.before);
});

function parse(text: string): SemanticVersion | undefined {
  const [whole, numbers = "", before] = FORM.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return { numbers: numbers.split("."), before: before === undefined ? [] : before.split(".") };
}

function compareBefore(a: readonly string[], b: readonly string[]): Order {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const order = compareIdentifiers(a[at] ?? "", b[at] ?? "");
    if (order !== 0) return order;
  }
  return orderOf(a.length, b.length);
}

function compareIdentifiers(a: string, b: string): Order {
  const [left, right] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (left && right) return orderOfDigits(a, b);
  if (left !== right) return left ? -1 : 1;
  return orderOf(a, b);
}
