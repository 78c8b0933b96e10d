// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are words of shell code
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { doubleQuoted, expandWord, singleQuoted } from "./environment-word.ts";

const VALUES: Readonly<Record<string, string>> = { A: "1", HOME: "/home/u", EMPTY: "" };
const lookup = (name: string): string | undefined => VALUES[name];

describe("a value", () => {
  test.each([
    ["plain", "plain"],
    ["$A", "1"],
    ["${A}x", "1x"],
    ["$Ax", ""],
    ["$MISSING-", "-"],
    ["costs 5$", "costs 5$"],
    ["$ A", "$ A"],
    ["\\$A", "$A"],
    ["\\\\", "\\"],
    ["a\\nb", "a\\nb"],
    ["two\nlines", "two\nlines"],
    ['say "$A"', 'say "1"'],
    ["'$A'", "'1'"],
    ["$1", ""],
    ["$EMPTY", ""],
  ])("%j is evaluated to %j", (text, value) => {
    expect(expandWord(text, lookup)).toBe(value);
  });

  test.each(["$(id)", "`id`", "$((1+1))", "${A:-x}", "${A#x}", "$$", "$?", "$@", "$#", "$!", "$*", "$-"])(
    "%s is left to a shell",
    (text) => {
      expect(expandWord(text, lookup)).toBeUndefined();
    },
  );
});

/** What a real shell prints for each word of shell code. */
function shell(words: readonly string[], env: Readonly<Record<string, string>> = {}): string[] {
  const script = words.map((word) => `printf '%s\\0' ${word}`).join("\n");
  return execFileSync("/bin/sh", ["-c", script], { env, encoding: "utf8" }).split("\0").slice(0, -1);
}

const texts = fc.array(
  fc.string({ unit: fc.constantFrom("a", "$", "{", "}", "A", "\\", '"', "'", " ", "\n", "(", ")", "*", "é", "1") }),
  { minLength: 1, maxLength: 60 },
);

describe("against a real shell", () => {
  test("a word in single quotes is the word", () => {
    fc.assert(
      fc.property(texts, (words) => {
        expect(shell(words.map(singleQuoted))).toEqual(words);
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  test("a value that needs no shell is evaluated as the shell evaluates it in double quotes", () => {
    fc.assert(
      fc.property(texts, (words) => {
        const simple = words.filter((word) => expandWord(word, lookup) !== undefined);
        const plain = simple.filter((word) => !word.includes('\\"'));
        expect(shell(plain.map(doubleQuoted), VALUES)).toEqual(plain.map((word) => expandWord(word, lookup)));
      }),
      { numRuns: 20, seed: 2 },
    );
  });
});
