import { expect, test } from "vitest";
import { ago, bytes, counted, shortDigest, span } from "./amounts.ts";

test("sizes have the unit that keeps them short", () => {
  expect([0, 1023, 1024, 1536, 200 * 1024 ** 2, 5 * 1024 ** 4].map(bytes)).toEqual([
    ...["0 B", "1023 B", "1 KiB", "1.5 KiB", "200 MiB", "5 TiB"],
  ]);
});

test("spans and times have one unit", () => {
  expect([0, 59, 60, 7199, 90_000].map(span)).toEqual(["0 s", "59 s", "1 min", "1 h", "1 d"]);
  expect([ago(100, 103), ago(40, 100), ago(400, 100)]).toEqual(["now", "1 min ago", "in 5 min"]);
});

test("digests are cut, other words are not", () => {
  expect(shortDigest(`sha256:${"a".repeat(64)}`)).toBe("sha256:aaaaaaaaaaaa");
  expect(shortDigest("latest")).toBe("latest");
});

test("one is singular", () => {
  expect([counted(1, "service"), counted(0, "service"), counted(2, "reply", "replies")]).toEqual([
    ...["1 service", "0 services", "2 replies"],
  ]);
});
