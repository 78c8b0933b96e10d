import { expect, test } from "vitest";
import { didYouMean, nearest } from "./nearest.ts";

test.each([
  ["CPOY", "COPY"],
  ["run", "RUN"],
  ["ENTRPOINT", "ENTRYPOINT"],
  ["FORM", "FROM"],
  ["PYTHON", undefined],
  ["X".repeat(100), undefined],
])("nearest to %s is %s", (word, found) => {
  expect(nearest(word, ["FROM", "COPY", "RUN", "ENTRYPOINT"])).toBe(found);
});

test("a hint is given only when something is near", () => {
  expect(didYouMean("cpoy", ["COPY"])).toEqual({ hint: "did you mean COPY?" });
  expect(didYouMean("python", ["COPY"])).toEqual({});
});
