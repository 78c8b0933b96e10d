// Versions as projects write them into their tags (`OpenSSL_1_1_1w`, `curl-7_88_1`, `v2.9.14-rc1`), which is what OSS-Fuzz lists:
// the first number of several parts, ordered as Debian orders upstream versions.

import { compareDpkg } from "./dpkg.ts";
import { type Comparer, MAX_VERSION } from "./order.ts";

/** Several parts with points or underscores; with hyphens where there is no such; a single number at last. */
const NUMBERS = [/\d+(?:[._]\d+)+/, /\d+(?:-\d+)+/, /\d+/] as const;
const BEFORE = /^[._-]?(alpha|beta|pre|rc|dev)[._-]?(\d*)/i;
const LETTER = /^[a-z](?![a-z])/i;

/** Order of two tags, or versions; undefined for what has no number. */
export const compareTag: Comparer = (a, b) => {
  const [left, right] = [plainOf(a), plainOf(b)];
  return left === undefined || right === undefined ? undefined : compareDpkg(left, right);
};

function plainOf(tag: string): string | undefined {
  if (tag.length > MAX_VERSION) return undefined;
  for (const form of NUMBERS) {
    const found = form.exec(tag);
    if (!found) continue;
    const rest = tag.slice(found.index + found[0].length);
    const numbers = found[0].replaceAll(/[_-]/g, ".");
    const [, word, number = ""] = BEFORE.exec(rest) ?? [];
    return word === undefined ? numbers + (LETTER.exec(rest)?.[0] ?? "") : `${numbers}~${word.toLowerCase()}${number}`;
  }
  return undefined;
}
