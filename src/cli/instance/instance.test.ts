import { describe, expect, test } from "vitest";
import { table } from "../table.ts";
import { parsePatience } from "./stop.ts";

describe("how long stop waits", () => {
  test.each([
    [undefined, 10_000],
    ["10", 10_000],
    ["1.5s", 1500],
    ["500ms", 500],
    ["2m", 120_000],
    ["0", 0],
    ["1h", 3_600_000],
  ])("%s is %i ms", (time, milliseconds) => {
    expect(parsePatience(time)).toBe(milliseconds);
  });

  test.each(["", "x", "10 s", "-1", "1d", "1e3", "25h"])("%j is no time", (time) => {
    expect(() => parsePatience(time)).toThrow("is not a time");
  });
});

test("a table keeps its columns, and control characters away from the terminal", () => {
  expect(
    table(
      ["NAME", "X"],
      [
        ["a\x1b[2J", "1"],
        ["b", ""],
      ],
    ),
  ).toBe("NAME     X\na?[2J    1\nb\n");
});
