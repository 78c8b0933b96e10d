// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of shells

import { describe, expect, test } from "vitest";
import type { Word } from "./ast.ts";
import { simpleCommands } from "./commands.ts";
import { type OptionTable, optionNamed, optionWords } from "./option-words.ts";
import { parseShell } from "./parse.ts";
import { hasGlob, literalOf, mayBeSplit, parametersOf, staticText } from "./word-text.ts";

function wordsOf(text: string): readonly Word[] {
  return simpleCommands(parseShell(text)).at(-1)?.words ?? [];
}

function word(text: string): Word {
  const [only] = wordsOf(`x ${text}`);
  if (!only) throw new Error(`no word: ${text}`);
  return only;
}

describe("a word's text", () => {
  test.each([
    ["a'b'\"c\"\\d$'\\x41'", "abcdA"],
    ["~/x*{a,b}", "~/x*{a,b}"],
    ["a\\\nb", "ab"],
    ['""', ""],
    ["$a", undefined],
    ['"$(a)"', undefined],
    ["$((1))", undefined],
  ])("of %j without variables is %j", (text, expected) => {
    expect(literalOf(word(text))).toBe(expected);
  });

  test.each([
    ["/opt/$V/${V}x", "/opt/1.2.3/1.2.3x"],
    ["${V:-x}${V-x}${E:-d}${E-d}", "1.2.31.2.3d"],
    ["${V:+y}${E:+y}${E+y}", "yy"],
    ["${V%.*}${V%%.*}${V#*.}${V##*.}", "1.212.33"],
    ["${V/./-}${V//./-}", "1-2.31-2-3"],
    ["${#V}", "5"],
    ["${U:-x}", undefined],
    ["$V$U", undefined],
    ["${!V}", undefined],
    ["${V:0:1}", undefined],
    ["${E:?no}", undefined],
  ])("of %j with variables is %j", (text, expected) => {
    const known: Readonly<Record<string, string>> = { V: "1.2.3", E: "" };
    expect(staticText(word(text), (name) => known[name])).toBe(expected);
  });

  test("has a bound, whatever variables hold", () => {
    expect(staticText(word("$a$a"), () => "x".repeat(40_000))).toBeUndefined();
  });

  test("says what happens to it", () => {
    expect(["*.c", "'*'", "$a", '"$a"'].map((text) => hasGlob(word(text)))).toEqual([true, false, false, false]);
    expect(["*.c", '"$(a)"', "$(a)", "${a}"].map((text) => mayBeSplit(word(text)))).toEqual([false, false, true, true]);
    expect(parametersOf(word('"${a:-$b}"$((c + $d))$e').parts).map(({ name }) => name)).toEqual(["a", "b", "d", "e"]);
  });
});

describe("options", () => {
  const table: OptionTable = { short: "ou", long: ["option", "user"] };
  const read = (text: string, use: OptionTable = table) => {
    const source = `x ${text}`;
    const found = optionWords(wordsOf(source), use, literalOf);
    return {
      options: found.options.map(
        ({ name, value, range }) => `${name}=${value ?? ""}@${source.slice(range.start, range.end)}`,
      ),
      operands: found.operands.map((operand) => operand.text),
    };
  };

  test.each([
    ["-yq a -f", ["-y=@-y", "-q=@q", "-f=@-f"], ["a"]],
    ["-o a=b -oc d", ["-o=a=b@-o a=b", "-o=c@-oc"], ["d"]],
    ["-you z", ["-y=@-y", "-o=u@ou"], ["z"]],
    ["--option x --option=y --yes z", ["--option=x@--option x", "--option=y@--option=y", "--yes=@--yes"], ["z"]],
    ["a -- -b", [], ["a", "-b"]],
    ["- $x '-y'", ["-y=@'-y'"], ["-", "$x"]],
    ["-o", ["-o=@-o"], []],
  ])("of %j are %j, and operands %j", (text, options, operands) => {
    expect(read(text)).toEqual({ options, operands });
  });

  test("end at the first operand where the table says so", () => {
    expect(read("-y a -b", { stopAtOperand: true })).toEqual({ options: ["-y=@-y"], operands: ["a", "-b"] });
  });

  test("may have one dash", () => {
    expect(read("-name x -type f", { oneDash: true, long: ["name", "type"] }).options).toEqual([
      ...["-name=x@-name x", "-type=f@-type f"],
    ]);
  });

  test("given twice have the last value", () => {
    expect(optionNamed(optionWords(wordsOf("x -u a --user=b"), table, literalOf), "-u", "--user")?.value).toBe("b");
  });
});
