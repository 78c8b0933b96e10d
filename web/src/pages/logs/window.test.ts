import { expect, test } from "vitest";
import { rowsSeen } from "./window.ts";

test("only what is seen and a little around it is drawn", () => {
  expect(rowsSeen(20_000, 400, 100_000)).toEqual({ from: 985, to: 1035 });
  expect(rowsSeen(0, 400, 5)).toEqual({ from: 0, to: 5 });
  expect(rowsSeen(9999, 400, 3)).toEqual({ from: 3, to: 3 });
});
