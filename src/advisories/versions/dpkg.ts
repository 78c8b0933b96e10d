// Versions of Debian packages: [epoch:]upstream[-revision], as deb-version(7) orders them.

import { byParts, type Order, orderOf, orderOfDigits } from "./order.ts";

interface DebVersion {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

/** Order of two versions of Debian packages. */
export const compareDpkg = byParts(parse, (a, b) => {
  if (a.epoch !== b.epoch) return orderOf(a.epoch, b.epoch);
  return verrevcmp(a.upstream, b.upstream) || verrevcmp(a.revision, b.revision);
});

function parse(text: string): DebVersion | undefined {
  const epoch = text.includes(":") ? text.slice(0, text.indexOf(":")) : undefined;
  const rest = epoch === undefined ? text : text.slice(epoch.length + 1);
  // The last hyphen divides.
  const cut = rest.lastIndexOf("-");
  const [upstream, revision] = cut === -1 ? [rest, undefined] : [rest.slice(0, cut), rest.slice(cut + 1)];
  if (!/^\d{1,9}$/.test(epoch ?? "0") || !/^[A-Za-z0-9.+~:-]+$/.test(upstream)) return undefined;
  if (revision !== undefined && !/^[A-Za-z0-9.+~]+$/.test(revision)) return undefined;
  return { epoch: Number(epoch ?? 0), upstream, revision: revision ?? "" };
}

// Parts without digits and parts of digits alternate; either may be empty.
function verrevcmp(a: string, b: string): Order {
  const [left, right] = [
    { text: a, at: 0 },
    { text: b, at: 0 },
  ];
  while (left.at < a.length || right.at < b.length) {
    const order = compareWords(left, right) || orderOfDigits(digits(left), digits(right));
    if (order !== 0) return order;
  }
  return 0;
}

interface Cursor {
  readonly text: string;
  at: number;
}

function compareWords(a: Cursor, b: Cursor): Order {
  while (inWord(a) || inWord(b)) {
    const order = orderOf(weight(a), weight(b));
    if (order !== 0) return order;
    a.at += 1;
    b.at += 1;
  }
  return 0;
}

function inWord({ text, at }: Cursor): boolean {
  return at < text.length && !isDigit(text.charCodeAt(at));
}

// A tilde comes before the end, letters come before everything else.
function weight({ text, at }: Cursor): number {
  const code = text.charCodeAt(at);
  if (Number.isNaN(code) || isDigit(code)) return 0;
  if (code === 0x7e) return -1;
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) ? code : code + 256;
}

function digits(cursor: Cursor): string {
  const start = cursor.at;
  while (cursor.at < cursor.text.length && isDigit(cursor.text.charCodeAt(cursor.at))) cursor.at += 1;
  return cursor.text.slice(start, cursor.at);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
