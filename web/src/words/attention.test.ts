import { expect, test } from "vitest";
import type { StackSummary } from "../api/types.ts";
import { grouped } from "./attention.ts";

test("what failed comes before what runs, and names are in order within a state", () => {
  const stacks = [stack("b", "running"), stack("z", "degraded"), stack("a", "running"), stack("y", "failed")];
  expect(grouped(stacks).map(([group, items]) => [group, items.map(({ name }) => name)])).toEqual([
    ["attention", ["y", "z"]],
    ["running", ["a", "b"]],
  ]);
});

test("a state that a later server knows is looked at first", () => {
  expect(grouped([stack("a", "melting" as StackSummary["state"])])[0]?.[0]).toBe("attention");
});

function stack(name: string, state: StackSummary["state"]): StackSummary {
  const counts = { services: 1, running: 1, asleep: 0 };
  return { name, title: name, owner: "fred", state, ...counts, routes: [], updatedAt: 0, mine: "see" };
}
