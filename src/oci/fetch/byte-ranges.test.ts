import fc from "fast-check";
import { expect, test } from "vitest";
import { addRange, type ByteRange, lengthOf, missingRanges, parseRanges, reachedFrom } from "./byte-ranges.ts";

const SIZE = 60;
const range = fc.tuple(fc.nat(SIZE), fc.nat(SIZE)).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const added = (list: readonly ByteRange[]) => list.reduce<readonly ByteRange[]>(addRange, []);
const bytesOf = (list: readonly ByteRange[]) =>
  Array.from({ length: SIZE }, (_, at) => list.some((one) => one.from <= at && at < one.to));

test("added ranges cover exactly the bytes added, sorted and separate", () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), (list) => {
      const ranges = added(list);
      expect(bytesOf(ranges)).toEqual(bytesOf(list));
      expect(parseRanges(JSON.parse(JSON.stringify(ranges.map((r) => [r.from, r.to]))), SIZE)).toEqual(ranges);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("what is missing and what is there make the whole, in pieces no longer than asked", () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), fc.integer({ min: 1, max: SIZE }), (list, piece) => {
      const ranges = added(list);
      const missing = missingRanges(ranges, SIZE, piece);
      expect(lengthOf(missing) + lengthOf(ranges)).toBe(SIZE);
      expect(added([...missing, ...ranges])).toEqual([{ from: 0, to: SIZE }]);
      expect(missing.every((one) => one.to - one.from <= piece)).toBe(true);
    }),
    { seed: 2, numRuns: 500 },
  );
});

test("the reached end is where the unbroken stretch stops", () => {
  const ranges = added([
    { from: 0, to: 5 },
    { from: 5, to: 8 },
    { from: 10, to: 12 },
  ]);
  expect(reachedFrom(ranges, 0)).toBe(8);
  expect(reachedFrom(ranges, 8)).toBe(8);
  expect(reachedFrom(ranges, 11)).toBe(12);
});

test("ranges that overlap, run backwards or leave the blob are refused", () => {
  for (const bad of [
    null,
    {},
    [[0]],
    [[0, 1, 2]],
    [[3, 2]],
    [
      [0, 5],
      [4, 6],
    ],
    [
      [0, 5],
      [5, 6],
    ],
    [[0, 11]],
    [["0", 1]],
    [[-1, 2]],
  ])
    expect(parseRanges(bad, 10)).toBeUndefined();
});
