// Versions of rpm packages: [epoch:]version[-release], compared segment by segment, with `~` before and `^` after the end.

import { byParts, type Order, orderOf, orderOfDigits } from "./order.ts";

interface Evr {
  readonly epoch: number;
  readonly version: string;
  readonly release: string | undefined;
}

const FORM = /^(?:(\d{0,9}):)?([^-:\s]+)(?:-([^-:\s]+))?$/;

/** Order of two versions of rpm packages; one without a release is older than the same with any. */
export const compareRpm = byParts(parse, (a, b) => {
  if (a.epoch !== b.epoch) return orderOf(a.epoch, b.epoch);
  return rpmvercmp(a.version, b.version) || compareReleases(a.release, b.release);
});

function parse(text: string): Evr | undefined {
  const [whole, epoch = "0", version = "", release] = FORM.exec(text) ?? [];
  return whole === undefined ? undefined : { epoch: Number(epoch), version, release };
}

function compareReleases(a: string | undefined, b: string | undefined): Order {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return rpmvercmp(a, b);
}

// What separates (dots, underscores, letters outside ASCII) says nothing; each token is a mark, digits or letters.
function rpmvercmp(a: string, b: string): Order {
  const [left, right] = [tokens(a), tokens(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const order = compareTokens(left[at], right[at]);
    if (order !== 0) return order;
  }
  return 0;
}

function tokens(text: string): readonly string[] {
  return text.match(/~|\^|[0-9]+|[A-Za-z]+/g) ?? [];
}

// Undefined is the end. From low to high: `~`, the end, `^`, letters, digits.
function compareTokens(a: string | undefined, b: string | undefined): Order {
  const [left, right] = [rank(a), rank(b)];
  if (left !== right) return orderOf(left, right);
  if (a === undefined || b === undefined) return 0;
  return left === DIGITS ? orderOfDigits(a, b) : orderOf(a, b);
}

const DIGITS = 4;

function rank(token: string | undefined): number {
  if (token === undefined) return 1;
  if (token === "~") return 0;
  if (token === "^") return 2;
  return /^[0-9]/.test(token) ? DIGITS : 3;
}
