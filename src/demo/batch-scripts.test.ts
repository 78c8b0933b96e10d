import { expect, test } from "vitest";
import { STARTS, startCost, toldLines } from "./batch-scripts.ts";

test.each([
  ["dash", "0m0.000000s 0m0.010000s\n0m0.030000s 0m0.050000s\n"],
  ["bash", "0m0.000s 0m0.010s\n0m0.030s 0m0.050s\n"],
])("what a start costs is read from the children's times as %s prints them", (_, times) => {
  expect(startCost(times)).toBeCloseTo(80 / STARTS);
});

test.each(["", "0m0.000s 0m0.010s\n", "nothing\nof use\n"])("%j tells no cost", (times) => {
  expect(startCost(times)).toBeUndefined();
});

test("lines that name a value are read, others are passed over", () => {
  expect([...toldLines("os=a=b c\nnoise\n=x\nuid=1\n")]).toEqual([
    ["os", "a=b c"],
    ["uid", "1"],
  ]);
});
