import { expect, test } from "vitest";
import { failingLine } from "./failing-line.ts";

const SCRIPT = `%post
  cd /src
  make "all"
  if make check; then echo; fi
  cp $A /b
  cp $A /b
`;
const body = [{ start: 6, end: SCRIPT.length }];

test.each([
  ["+ cd /src\nsh: can't cd", "cd /src"],
  ["+ cd /src\n+ make all\nmake: *** no rule", 'make "all"'],
  ["+ make check\n", "if make check; then echo; fi"],
  ["\n  | + cd /src\n  | + make check\n  | FAILED", "if make check; then echo; fi"],
  ["+ cp x /b\n", undefined],
  ["+ cp x /b\n  | %post: 5: cp: not found\n", "cp $A /b"],
  ["%post: line 2: make: command not found", 'make "all"'],
  ["%post: line 2: make: command not found\nmore", undefined],
  ["no trace at all\n", undefined],
  ["+ \n", undefined],
])("%j", (output, line) => {
  const range = failingLine(SCRIPT, body, output);
  expect(range && SCRIPT.slice(range.start, range.end)).toBe(line);
});

test("a line that stands twice is not named", () => {
  expect(failingLine("a\nb\na\n", [{ start: 0, end: 6 }], "+ a\n")).toBeUndefined();
});

test("a section that stands twice is one script", () => {
  const text = "%post\na\n%x\n%post\nb\nc\n";
  const bodies = [
    { start: 6, end: 8 },
    { start: 17, end: 21 },
  ];
  const range = failingLine(text, bodies, "%post: 3: c: not found");
  expect(range && text.slice(range.start, range.end)).toBe("c");
});
