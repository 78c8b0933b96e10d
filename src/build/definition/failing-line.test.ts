import { expect, test } from "vitest";
import { failingLine } from "./failing-line.ts";

const SCRIPT = `%post
  cd /src
  make "all"
  if make check; then echo; fi
  cp $A /b
  cp $A /b
`;
const body = { start: 6, end: SCRIPT.length };

test.each([
  ["+ cd /src\nsh: can't cd", "cd /src"],
  ["+ cd /src\n+ make all\nmake: *** no rule", 'make "all"'],
  ["+ make check\n", "if make check; then echo; fi"],
  ["\n  | + cd /src\n  | + make check\n  | FAILED", "if make check; then echo; fi"],
  ["+ cp x /b\n", undefined],
  ["no trace at all\n", undefined],
  ["+ \n", undefined],
])("%j", (output, line) => {
  const range = failingLine(SCRIPT, body, output);
  expect(range && SCRIPT.slice(range.start, range.end)).toBe(line);
});

test("a line that stands twice is not named", () => {
  expect(failingLine("a\nb\na\n", { start: 0, end: 6 }, "+ a\n")).toBeUndefined();
});
