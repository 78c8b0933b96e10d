import { expect, test } from "vitest";
import { formatSize, parseSize } from "./size.ts";

test.each([
  ["0", 0],
  ["17", 17],
  ["64M", 64 * 1024 ** 2],
  ["1.5GiB", 1.5 * 1024 ** 3],
  ["2kb", 2048],
])("%s is a size", (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(["", "-1", "M", "1e3", "1 000", "99999999999T", `1${"0".repeat(400)}`])("%j is none", (text) => {
  expect(() => parseSize(text)).toThrow(expect.objectContaining({ code: "E_SIZE_INVALID" }));
});

test("sizes are shown with the unit that suits them", () => {
  expect([17, 1536, 3.4 * 1024 ** 2, 200 * 1024 ** 3].map(formatSize)).toEqual([
    "17 B",
    "1.5 KiB",
    "3.4 MiB",
    "200 GiB",
  ]);
});
