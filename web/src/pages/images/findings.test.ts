import { expect, test } from "vitest";
import { summed, unlisted } from "./findings.ts";

const NONE = { error: 0, warning: 0, info: 0, style: 0, unknown: 0, waived: 0 };

test("only what was found is counted, in the order of its weight", () => {
  expect(summed({ ...NONE, error: 2, warning: 1, info: 1, style: 2, unknown: 1, waived: 3 })).toBe(
    "2 errors, 1 warning, 3 remarks, 1 not known, 3 waived",
  );
  expect(summed(NONE)).toBe("");
});

test("what the list leaves out is counted", () => {
  expect(unlisted({ counts: { ...NONE, error: 12 }, findings: [] })).toBe(12);
  expect(unlisted({ counts: NONE, findings: [] })).toBe(0);
});
