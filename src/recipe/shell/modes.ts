// Which characters count where: in a bare word, between double quotes, in braces, in a here-document, in arithmetic.

import type { Mode, Reader } from "./reader.ts";

const never = () => false;

function endsWord({ text, at }: Reader, char: string): boolean {
  switch (char) {
    case " ":
    case "\t":
    case "\n":
    case ";":
    case "&":
    case "|":
    case "(":
    case ")":
      return true;
    case "<":
    case ">":
      return text[at + 1] !== "(";
    case "\r":
      return text[at + 1] === "\n";
    default:
      return false;
  }
}

/** A word of a command. */
export const WORD: Mode = {
  plain: /[^\s;&|()<>'"\\$`*?[@+!~]+/y,
  ends: endsWord,
  ...{ single: true, double: true, escapes: undefined, bare: true },
};

/** Between double quotes. */
export const DOUBLE: Mode = {
  plain: /[^"\\$`]+/y,
  ends: (_reader, char) => char === '"',
  ...{ single: false, double: false, escapes: '$`"\\', bare: false },
};

/** The content of a here-document; double quotes are plain characters. */
export const HEREDOC: Mode = {
  plain: /[^\\$`]+/y,
  ends: never,
  ...{ single: false, double: false, escapes: "$`\\", bare: false },
};

/** Arithmetic; the caller knows where it ends. */
export const ARITHMETIC: Mode = HEREDOC;

/** Behind the operator of `${…}`. */
export const BRACED: Mode = {
  plain: /[^}'"\\$`]+/y,
  ends: (_reader, char) => char === "}",
  ...{ single: true, double: true, escapes: undefined, bare: false },
};

/** The same between double quotes, where single quotes are plain characters. */
export const BRACED_IN_DOUBLE: Mode = { ...BRACED, single: false, escapes: '$`"\\}' };

/** The right side of `=~`, up to a blank; parentheses belong to the expression. */
export const EXPRESSION: Mode = {
  plain: /[^\s'"\\$`()]+/y,
  ends: ({ text, at }, char) =>
    char === " " || char === "\t" || char === "\n" || (char === "\r" && text[at + 1] === "\n"),
  ...{ single: true, double: true, escapes: undefined, bare: false },
};
