// Quotas as they are written on the command line.

import { expect, test } from "vitest";
import { readAmounts, readSubject } from "./quota.ts";

test("a person or a group is named with its kind", () => {
  expect(readSubject("group:csg")).toEqual({ kind: "group", subject: "csg" });
  expect(() => readSubject("fred")).toThrow(/neither a person nor a group/);
  expect(() => readSubject("user:")).toThrow();
});

test("limits are counts, memory a size, CPUs may be parts", () => {
  expect(readAmounts(["services=3", "memory=8G", "cpus=2.5"])).toEqual({
    services: 3,
    memoryBytes: 8 * 1024 ** 3,
    cpus: 2.5,
  });
});

test.each([
  "services",
  "services=",
  "services=-1",
  "services=1.5",
  "services=many",
  "memory=big",
  "disk=1",
  "__proto__=1",
])("%s is no limit", (text) => expect(() => readAmounts([text])).toThrow(/is no limit/));
