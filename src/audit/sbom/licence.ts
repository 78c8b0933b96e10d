// Words about a licence, as packages have them, to an SPDX expression (SPDX 2.3, annex D). What a package does not say is not
// invented: "BSD" names a family of licences, and which of them nobody knows.

import correct from "spdx-correct";
import parse from "spdx-expression-parse";

const MAX_TEXT = 1000;
const MAX_PART = 80;
/** Names and words between them; licences of distributions' packages have a few dozen. */
const MAX_PARTS = 200;
/** R's way to say that later versions are allowed. */
const R_RANGE = /\b(A?GPL|LGPL)\s*\(>=\s*(\d)(?:\.(\d))?\)/g;
/** Debian's and R's short names, in which a version without a plus is that version only. */
const SHORT = /^(A?GPL|LGPL|GFDL)-(\d)(?:\.(\d))?(\+)?$/;
/** Debian's names of licences that SPDX has under another. */
const DEBIAN: Readonly<Record<string, string>> = {
  Expat: "MIT",
  "BSD-2-clause": "BSD-2-Clause",
  "BSD-3-clause": "BSD-3-Clause",
};
/** Not within an identifier: `GPL-2.0-or-later`. */
const OPERATORS = /(\(|\)|(?<![\w-])(?:and|or)(?![\w-])|\||,)/i;
const LOWER_CASE = /(?<![\w-])(?:and|or|with)(?![\w-])/g;

/** The expression; undefined where the words are none and cannot be turned into one without a guess. */
export function licenceExpression(words: string): string | undefined {
  const text = words.trim();
  if (text === "" || text.length > MAX_TEXT) return undefined;
  if (isExpression(text)) return text.replace(LOWER_CASE, (word) => word.toUpperCase());
  const ranges = text.replace(
    R_RANGE,
    (_, name: string, major: string, minor = "0") => `${name}-${major}.${minor}-or-later`,
  );
  const parts = ranges.replace(/\s*\+\s*file LICEN[CS]E\b/g, "").split(OPERATORS);
  const written = allRewritten(parts);
  if (!written) return undefined;
  const expression = written
    .filter((part) => part !== "")
    .join(" ")
    .replaceAll("( ", "(")
    .replaceAll(" )", ")");
  return isExpression(expression) ? expression : undefined;
}

// The first part that nobody understands is the end: each guess costs a millisecond, and the words are a stranger's.
function allRewritten(parts: readonly string[]): readonly string[] | undefined {
  const written: string[] = [];
  for (const part of parts.length > MAX_PARTS ? [] : parts) {
    const text = rewritten(part.trim());
    if (text === undefined) return undefined;
    written.push(text);
  }
  return written;
}

function rewritten(part: string): string | undefined {
  if (part === "" || part === "(" || part === ")") return part;
  if (/^and$|^,$/i.test(part)) return "AND";
  if (/^or$|^\|$/i.test(part)) return "OR";
  // SPDX's own names with a plus are out of date.
  if (isExpression(part) && !part.endsWith("+")) return part;
  return DEBIAN[part] ?? versioned(part) ?? corrected(part);
}

function versioned(part: string): string | undefined {
  const [, name, major, minor = "0", plus] = SHORT.exec(part) ?? [];
  return name === undefined ? undefined : `${name}-${major}.${minor}-${plus === undefined ? "only" : "or-later"}`;
}

// The library answers with the licence that most people mean. Only an answer with the numbers of the question is taken:
// neither "BSD-2-Clause" for "BSD" nor version 3 for "GPL v2 only".
function corrected(part: string): string | undefined {
  const answer = part.length > MAX_PART || !/[A-Za-z]{2}/.test(part) ? null : guessed(part);
  if (answer === null || numbersOf(answer) !== numbersOf(part)) return undefined;
  const later = /-or-later$|\+$/.test(answer);
  return later && !/later|\+|>=/i.test(part) ? undefined : answer.endsWith("+") ? versioned(answer) : answer;
}

function guessed(part: string): string | null {
  try {
    return correct(part, { upgrade: false });
  } catch {
    // The library expects words between signs.
    return null;
  }
}

function numbersOf(text: string): string {
  return [...text.matchAll(/\d+(?:\.\d+)*/g)].map(([number]) => number.replace(/(?:\.0)+$/, "")).join(" ");
}

function isExpression(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}
