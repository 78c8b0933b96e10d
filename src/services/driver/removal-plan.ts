// The plan that leaves nothing of a stack. What is to be spared (volumes) is not shown to it. Pure.

import type { ObservedStack, StackPlan, Step } from "../types.ts";
import { isUp, serviceOf, slotOf } from "./names.ts";

/** Stops and removes all containers, then networks and volumes. */
export function planRemoval(observed: ObservedStack): StackPlan {
  const why = "the stack is taken down";
  const containers = observed.containers.filter(({ status }) => status !== "removing");
  const steps = (action: Step["action"], which: typeof containers): readonly Step[] =>
    which.map((one) => ({
      action,
      service: serviceOf(one),
      slot: slotOf(one),
      target: one.name,
      container: one.id,
      why,
    }));
  const up = containers.filter(isUp);
  const waves: readonly (readonly Step[])[] = [
    steps("drain", up),
    steps("stop", up),
    steps("remove", containers),
    [
      ...observed.networks.map((target): Step => ({ action: "remove-network", target, why })),
      ...observed.volumes.map((target): Step => ({ action: "remove-volume", target, why })),
    ],
  ];
  return { stack: observed.name, waves: waves.filter((wave) => wave.length > 0), warnings: [] };
}
