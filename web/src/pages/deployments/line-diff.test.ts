import fc from "fast-check";
import { expect, test } from "vitest";
import { around, diffLines } from "./line-diff.ts";

const texts = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 12 }).map((lines) => lines.join("\n"));

test("removing what was added gives the text before, removing what was removed the one after", () => {
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      const lines = diffLines(before, after);
      const side = (kind: string) => lines.filter((line) => line.kind !== kind).map(({ text }) => text);
      expect(side("added")).toEqual(linesOf(before));
      expect(side("removed")).toEqual(linesOf(after));
    }),
    { seed: 11, numRuns: 300 },
  );
});

test("equal texts have no difference", () => {
  expect(diffLines("a\nb\n", "a\nb").every(({ kind }) => kind === "same")).toBe(true);
});

test("a changed line stands between those around it, others are left out", () => {
  const before = "1\n2\n3\n4\n5\n6\n7";
  expect(around(diffLines(before, before.replace("4", "four")), 1)).toEqual([
    undefined,
    { kind: "same", text: "3" },
    { kind: "removed", text: "4" },
    { kind: "added", text: "four" },
    { kind: "same", text: "5" },
    undefined,
  ]);
});

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}
