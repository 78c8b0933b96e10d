import { expect, test } from "vitest";
import { barsOf, totals } from "./bars.ts";

const SPANS = [
  { from: 0, to: 50, state: "active", because: "requests" },
  { from: 50, to: 150, state: "idle", because: "none" },
  { from: 150, state: "asleep", because: "idle for too long" },
] as const;

test("spans are cut to what is shown, and one that lasts reaches to its end", () => {
  expect(barsOf(SPANS, 100, 200).map(({ span, left, width }) => [span.state, left, width])).toEqual([
    ["idle", 0, 50],
    ["asleep", 50, 50],
  ]);
});

test("the time in each state is summed", () => {
  expect([...totals(barsOf(SPANS, 100, 200), 100, 200)]).toEqual([
    ["idle", 50],
    ["asleep", 50],
  ]);
});
