// Which stacks are to be looked at first. Pure.

import type { StackSummary } from "../api/types.ts";

export const GROUPS = ["attention", "moving", "running", "resting"] as const;
export type Group = (typeof GROUPS)[number];

/** Headings of the groups. */
export const HEADINGS: Readonly<Record<Group, string>> = {
  attention: "Needs attention",
  moving: "Being changed",
  running: "Running",
  resting: "Asleep or stopped",
};

const ORDER: readonly (readonly [StackSummary["state"], Group])[] = [
  ["failed", "attention"],
  ["degraded", "attention"],
  ["upgraded", "attention"],
  ["rolling-back", "moving"],
  ["upgrading", "moving"],
  ["deploying", "moving"],
  ["removing", "moving"],
  ["running", "running"],
  ["asleep", "resting"],
  ["stopped", "resting"],
];

/** The stacks in groups, in each the gravest first, then by name; groups without any are left out. */
export function grouped(stacks: readonly StackSummary[]): (readonly [Group, readonly StackSummary[]])[] {
  const rank = (stack: StackSummary) => ORDER.findIndex(([state]) => state === stack.state);
  const sorted = [...stacks].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  const groupOf = (stack: StackSummary) => ORDER[rank(stack)]?.[1] ?? "attention";
  return GROUPS.map((group) => [group, sorted.filter((stack) => groupOf(stack) === group)] as const).filter(
    ([, items]) => items.length > 0,
  );
}
