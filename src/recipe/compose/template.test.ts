import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeTemplate, fillTemplate } from "./template.ts";

const VALUES: Readonly<Record<string, string>> = { TAG: "7", EMPTY: "", _a1: "x" };
const lookup = (name: string) => (Object.hasOwn(VALUES, name) ? VALUES[name] : undefined);
const braced = (inner: string) => `$\{${inner}}`;

describe("variables of a text", () => {
  test.each([
    ["$TAG", "7"],
    ["a$TAG-b", "a7-b"],
    ["$_a1.", "x."],
    ["$$TAG", "$TAG"],
    ["$$$TAG", "$7"],
    ["$1 $ $- 5$", "$1 $ $- 5$"],
    [braced("TAG"), "7"],
    [`${braced("TAG")}x`, "7x"],
    [braced("EMPTY"), ""],
    [braced("EMPTY:-d"), "d"],
    [braced("EMPTY-d"), ""],
    [braced("NONE:-d"), "d"],
    [braced("NONE-"), ""],
    [braced("NONE-a b:c}"), "a b:c}"],
    [braced("TAG:-d"), "7"],
    [braced("TAG:+d"), "d"],
    [braced("EMPTY:+d"), ""],
    [braced("EMPTY+d"), "d"],
    [braced("NONE+d"), ""],
    [braced("TAG:?no"), "7"],
    [braced("EMPTY?no"), ""],
    [braced(`NONE:-${braced("TAG")}`), "7"],
    [braced(`NONE:-${braced(`MORE-${braced("TAG:+in")}`)}`), "in"],
    [braced("NONE:-$TAG"), "7"],
    [braced("NONE:-http://a:80?x=1"), "http://a:80?x=1"],
  ])("%s is %s", (text, filled) => {
    const found = fillTemplate(text, lookup);
    expect(found.error).toBeUndefined();
    expect(found.text).toBe(filled);
  });

  test.each([
    [braced("NONE:?say it"), "the variable NONE has no value: say it"],
    [braced("EMPTY:?"), "the variable EMPTY has no value"],
    [braced(`NONE?needs ${braced("TAG")}`), "the variable NONE has no value: needs 7"],
    [braced("TAG").slice(0, -1), "a variable's brace is not closed"],
    [braced(""), `${braced("")} is no variable`],
    [braced("1A"), `${braced("1A")} is no variable`],
    [braced("A B"), `${braced("A B")} is no variable`],
    [braced("A:b"), `${braced("A:b")} is no variable`],
  ])("%s is a mistake", (text, message) => {
    expect(fillTemplate(text, lookup).error?.message).toBe(message);
  });

  test("without value are named", () => {
    expect(fillTemplate(`$NONE ${braced("MORE")}`, lookup).unset).toEqual(["NONE", "MORE"]);
  });

  test("are bounded in depth and in length", () => {
    const deep = `${"${A:-".repeat(50)}x${"}".repeat(50)}`;
    expect(fillTemplate(deep, lookup).error?.message).toMatch(/nested/);
    expect(fillTemplate("$A".repeat(100), () => "x".repeat(100_000)).error?.message).toMatch(/too long/);
  });

  test("stand for themselves when they are escaped", () => {
    const text = fc.string({ unit: fc.constantFrom("$", "{", "}", "A", ":", "-", " ") });
    fc.assert(
      fc.property(text, (any) => fillTemplate(escapeTemplate(any), lookup).text === any),
      { numRuns: 300 },
    );
  });
});
