// Which stages a target needs, and that none is needed before it is there. Pure.

import { failAt } from "./errors.ts";
import type { Stage } from "./stages.ts";

/** The stages that a target needs, itself included, in the file's order. @throws E_STAGE_CYCLE, E_STAGE_LATER */
export function buildOrder(stages: readonly Stage[], target: number): readonly number[] {
  const done = new Set<number>();
  const visit = (index: number, path: readonly number[]): void => {
    const stage = stages[index];
    if (stage === undefined || done.has(index)) return;
    const chain = [...path, index];
    for (const need of stage.needs) {
      if (chain.includes(need.index)) {
        const circle = [...chain.slice(chain.indexOf(need.index)), need.index];
        throw failAt("E_STAGE_CYCLE", need.at, { cycle: circle.map((one) => nameOf(stages, one)).join(" -> ") });
      }
      visit(need.index, chain);
      if (need.index > index) throw failAt("E_STAGE_LATER", need.at, { name: nameOf(stages, need.index) });
    }
    done.add(index);
  };
  visit(target, []);
  return [...done].toSorted((a, b) => a - b);
}

function nameOf(stages: readonly Stage[], index: number): string {
  return stages[index]?.name ?? String(index);
}
