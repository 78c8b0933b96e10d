// A contest: all contestants of a measure one after the other, and that as often as there are rounds, so that what else
// goes on in the machine falls on all alike.

import { absence, type Contestant } from "./contestant.ts";
import type { Place } from "./place.ts";

/** What a contestant has brought home from all rounds, or why it has not taken part. */
export interface Entry<C> {
  readonly name: string;
  readonly absent: string | undefined;
  readonly costs: readonly C[];
}

/** Lets everyone who is there run `once` in each round; who fails is out, with the reason, and the others go on. */
export function compete<Input, C>(
  place: Place,
  contestants: readonly Contestant<Input>[],
  rounds: number,
  once: (contestant: Contestant<Input>) => C,
): readonly Entry<C>[] {
  const entries = contestants.map((contestant) => ({
    contestant,
    name: contestant.name,
    absent: absence(place, contestant),
    costs: [] as C[],
  }));
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      if (entry.absent !== undefined) continue;
      try {
        entry.costs.push(once(entry.contestant));
        process.stderr.write(`  ${entry.name}: round ${round + 1} of ${rounds}\n`);
      } catch (error) {
        process.stderr.write(`  ${entry.name}: ${String(error)}\n`);
        entry.absent = "failed";
      }
    }
  }
  return entries;
}
