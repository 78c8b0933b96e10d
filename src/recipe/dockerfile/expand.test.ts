// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of Dockerfiles

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasCode } from "../../base/errors.ts";
import { expandContent, expandWord } from "./expand.ts";

const VALUES: Readonly<Record<string, string>> = {
  A: "1",
  AB: "two",
  EMPTY: "",
  PATH: "/bin:/usr/bin",
  FILE: "a/b/c.tar.gz",
  WORDS: "x  y",
  STARS: "a*b",
  é: "accent",
};
const get = (name: string) => (Object.hasOwn(VALUES, name) ? VALUES[name] : undefined);
const text = (word: string) => expandWord(word, { get }).text;

describe("a word", () => {
  test.each([
    ["plain", "plain"],
    ["$A$AB", "1two"],
    ["r/$A/$AB", "r/1/two"],
    ["${A}B", "1B"],
    ["$NONE.", "."],
    ["$", "$"],
    ["a$/b", "a$/b"],
    ["$é", "accent"],
    ["$1x", "x"],
    ["\\$A", "$A"],
    ["'$A'", "$A"],
    ['"$A b"', "1 b"],
    ['"\\$A \\" \\n \\\\"', '$A " \\n \\'],
    ["a\\ b", "a b"],
    ["a\\", "a"],
    ['"it\'s"', "it's"],
    [`'a"b'`, 'a"b'],
    ["x''y", "xy"],
  ])("%s becomes %s", (word, expected) => {
    expect(text(word)).toBe(expected);
  });

  test.each([
    ["A:-x", "1"],
    ["NONE:-x", "x"],
    ["EMPTY:-x", "x"],
    ["EMPTY-x", ""],
    ["NONE-x", "x"],
    ["NONE:-", ""],
    ["A:+x", "x"],
    ["NONE:+x", ""],
    ["EMPTY:+x", ""],
    ["EMPTY+x", "x"],
    ["A?no", "1"],
    ["A:?no", "1"],
    ["EMPTY?no", ""],
    ["NONE:-$AB", "two"],
    ["NONE:-${EMPTY:-${A}}", "1"],
    ["NONE:-'a}b'", "a}b"],
    ["NONE:-a\\}b", "a}b"],
    ["FILE#*/", "b/c.tar.gz"],
    ["FILE##*/", "c.tar.gz"],
    ["FILE%.*", "a/b/c.tar"],
    ["FILE%%.*", "a/b/c"],
    ["FILE#z", "a/b/c.tar.gz"],
    ["FILE#?/", "b/c.tar.gz"],
    ["FILE%$NONE", "a/b/c.tar.gz"],
    ["FILE/\\//-", "a-b/c.tar.gz"],
    ["FILE//\\//-", "a-b-c.tar.gz"],
    ["FILE//[ab]/-", "a/b/c.tar.gz"],
    ["FILE/b*r/x", "a/x.gz"],
    ["STARS/\\*/x", "axb"],
    ["STARS#*\\*", "b"],
    ["PATH//:/ }", "/bin /usr/bin"],
    ["NONE/a/b", ""],
  ])("with ${%s} becomes %s", (inside, expected) => {
    expect(text(`\${${inside}${inside.endsWith("}") && inside.includes("/ }") ? "" : "}"}`)).toBe(expected);
  });

  test("has the escape character of its file", () => {
    expect(expandWord("`$A\\b", { get, escape: "`" }).text).toBe("$A\\b");
    expect(expandWord('"`"\\n"', { get, escape: "`" }).text).toBe('"\\n');
  });

  test("names what it used and what it lacked", () => {
    const { used, undefined: missing } = expandWord("$A ${NONE:-$AB} $LACK '$NOT'", { get });
    expect([...used].sort()).toEqual(["A", "AB"]);
    expect([...missing].sort()).toEqual(["LACK", "NONE"]);
  });

  test.each([
    ["${A", "the closing } is missing"],
    ["${}", "there is no name behind ${"],
    ["${:x}", "there is no name behind ${"],
    ["${A!}", "! is no operator behind ${A"],
    ["${A:x}", ":x is no operator behind ${A"],
    ["${A:-x", "the closing } is missing"],
    ["${A/x", "the closing / is missing"],
    ["'a", "the closing ' is missing"],
    ['"a', 'the closing " is missing'],
    ["${FILE#\\a}", "\\a escapes what needs no escape"],
    ["${A:-".repeat(60), "it is nested too deep"],
  ])("%s is refused: %s", (word, reason) => {
    expect(() => text(word)).toThrow(`cannot be expanded: ${reason}`);
  });

  test("asks for a value by its own words", () => {
    expect(() => text("${NONE:?set the version}")).toThrow("NONE: set the version");
    expect(() => text("${EMPTY:?}")).toThrow("EMPTY: has no value");
    expect(text("${EMPTY?}")).toBe("");
  });

  test("of any kind is expanded or refused, never more", () => {
    const pieces = ["$", "{", "}", "A", "NONE", ":-", ":+", "#", "%", "/", "'", '"', "\\", "`", "*", "?", " ", "é"];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 25 }), (parts) => {
        try {
          expect(typeof text(parts.join(""))).toBe("string");
        } catch (error) {
          expect(hasCode(error, "E_RECIPE_WORD") || hasCode(error, "E_RECIPE_VARIABLE")).toBe(true);
        }
      }),
      { numRuns: 3_000, seed: 3 },
    );
  });
});

test("words are cut at blanks outside quotes, also at those of values", () => {
  expect(expandWord("a $WORDS \"$WORDS\" 'b c' d\\ e", { get }).words).toEqual(["a", "x", "y", "x  y", "b c", "d e"]);
  expect(expandWord("$NONE", { get }).words).toEqual([]);
});

test("the content of a here-document keeps its quotes", () => {
  expect(expandContent('it\'s "$A" \\$A ${NONE:-x}\n', { get })).toBe('it\'s "1" $A x\n');
});
