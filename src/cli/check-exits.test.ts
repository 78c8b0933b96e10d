import { expect, test } from "vitest";
import { BerthError } from "../base/errors.ts";
import { statusOf } from "./check-exits.ts";

const mistake = new BerthError("E_X", { text: "no such file" }, {}, undefined);

test("what several things made fail ends in 2, and in 3 when berth itself did", () => {
  expect(statusOf([mistake])).toBe(2);
  expect(statusOf([mistake, new TypeError("x is not a function"), mistake])).toBe(3);
});
