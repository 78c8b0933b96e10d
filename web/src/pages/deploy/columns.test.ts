import { expect, test } from "vitest";
import { offsetOf, widthBefore } from "./columns.ts";

test("tabs reach to the next eighth letter, wide letters take two", () => {
  expect(widthBefore("ab\tc", 4)).toBe(8);
  expect(widthBefore("日本x", 3)).toBe(4);
  expect(widthBefore("abc", 1)).toBe(0);
});

test("a place is found in a text, and never outside of its line", () => {
  expect(offsetOf("ab\ncd\n", 2, 2)).toBe(4);
  expect(offsetOf("ab\ncd\n", 1, 99)).toBe(2);
  expect(offsetOf("ab", 9, 1)).toBe(2);
});
