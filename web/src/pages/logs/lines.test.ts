import { expect, test } from "vitest";
import type { LogLine } from "../../api/types.ts";
import { asText, filtered, plain, unseen, withLines, withWaiting } from "./lines.ts";

test("only the newest lines are kept, and keys never come twice", () => {
  const lines = withLines(withLines([], [line(1), line(2)], 3), [line(3), line(4)], 3);
  expect(lines.map(({ text }) => text)).toEqual(["line 2", "line 3", "line 4"]);
  expect(lines.map(({ key }) => key)).toEqual([1, 2, 3]);
});

test("however much comes while nothing is drawn, only so much waits, the newest", () => {
  let waiting: LogLine[] = [];
  for (let at = 1; at <= 100; at += 1) {
    waiting = withWaiting(waiting, line(at), 3);
    expect(waiting.length).toBeLessThanOrEqual(6);
  }
  expect(waiting.at(-1)?.at).toBe(100);
});

test("letter case does not matter to a filter", () => {
  const lines = withLines([], [line(1, "An ERROR"), line(2, "fine")]);
  expect(filtered(lines, "error").length).toBe(1);
  expect(filtered(lines, "").length).toBe(2);
});

test("what was seen before the stream broke off is not shown twice", () => {
  const lines = withLines([], [line(1), line(2)]);
  expect(unseen(lines, [line(1), line(2), line(2, "same moment"), line(3)]).map((one) => one.line)).toEqual([
    ...["same moment", "line 3"],
  ]);
});

test("what steers terminals is left out", () => {
  expect(plain("\u001b[1;31mred\u001b[0m \u001b]0;title\u0007bell\u0007\ttab")).toBe("red bell\ttab");
});

test("a saved line has its moment and where it is from", () => {
  expect(asText(withLines([], [line(0, "x")]))).toBe("1970-01-01T00:00:00.000Z web.1 stdout x\n");
});

function line(at: number, text = `line ${at}`): LogLine {
  return { at, stack: "rover", service: "web", container: "c", slot: 1, stream: "stdout", line: text };
}
