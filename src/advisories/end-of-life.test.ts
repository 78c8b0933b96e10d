import { describe, expect, test } from "vitest";
import { endOfLifeList, endOfLifeOf, readEndOfLife } from "./end-of-life.ts";
import { distribution } from "./testing.ts";

const LIST = { debian: { "12": "2028-07-01", "13": "some day" }, alpine: { "3.20": "2026-04-01" } };

describe("a list of the ends of releases", () => {
  const table = readEndOfLife(LIST);

  test.each([
    ["debian", "12", "2028-07-01"],
    ["debian", "12.5", "2028-07-01"],
    ["alpine", "3.20.3", "2026-04-01"],
    ["debian", "13", undefined],
    ["debian", "99", undefined],
    ["alpine", "3.2", undefined],
    ["constructor", "name", undefined],
    ["debian", "constructor", undefined],
  ])("says of %s %s: %s", (id, release, day) => {
    expect(endOfLifeOf(distribution(id, release), table)).toBe(day);
  });

  test("says nothing of a distribution that is not known", () => {
    expect(endOfLifeOf(undefined, table)).toBeUndefined();
  });

  test("is known by its one key, and kept without what is no day", () => {
    const list = endOfLifeList(Buffer.from(JSON.stringify({ endOfLife: LIST })));
    expect(list).toEqual({ debian: { "12": "2028-07-01" }, alpine: { "3.20": "2026-04-01" } });
    for (const text of ["[]", "{}", '{"endOfLife": 1}', '{"endOfLife": {"x": {"1": "soon"}}}'])
      expect(endOfLifeList(Buffer.from(text))).toBeUndefined();
  });
});
