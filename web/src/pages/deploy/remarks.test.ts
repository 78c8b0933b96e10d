import { expect, test } from "vitest";
import type { Finding } from "../../api/types.ts";
import { byLine, remarksOf, summed } from "./remarks.ts";

test("errors come first, and what was allowed last", () => {
  const waived = { by: "root", reason: "old", until: null };
  const remarks = remarksOf({
    notes: [{ severity: "warning", message: "ignored", pointer: "/x" }],
    findings: [finding("A", "error", 9, waived), finding("B", "info", 3), finding("C", "error", 5)],
  });
  expect(remarks.map(({ rule }) => rule)).toEqual(["C", undefined, "B", "A"]);
  expect(summed(remarks)).toBe("1 error, 1 warning, 1 note");
});

test("nothing said is said so", () => {
  expect(summed([])).toBe("nothing to say against it");
});

test("each remark stands at its line of its file", () => {
  const remarks = remarksOf({ notes: [], findings: [finding("A", "error", 2), finding("B", "info", 2)] });
  expect(byLine(remarks, "compose.yaml").get(2)?.length).toBe(2);
  expect(byLine(remarks, "other.yaml").size).toBe(0);
});

function finding(rule: string, severity: Finding["severity"], line: number, waived?: Finding["waived"]): Finding {
  const place = { file: "compose.yaml", line, column: 1, endLine: line, endColumn: 4, frame: "" };
  return { rule, severity, message: rule, pointer: "/services", place, certainty: "certain", waived };
}
