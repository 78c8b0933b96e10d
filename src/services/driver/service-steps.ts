// Steps that end containers which are there. Pure.

import type { ServiceSpec } from "../../recipe/stack/types.ts";
import type { EngineContainer } from "../engine/types.ts";
import type { Step } from "../types.ts";
import { slotOf } from "./names.ts";

interface Named {
  readonly spec: { readonly name: string };
}

/** Drain, then stop. */
export function stopSteps(
  view: { readonly spec: Pick<ServiceSpec, "name" | "routes"> },
  containers: readonly EngineContainer[],
  why: string,
): readonly (readonly Step[])[] {
  const served = view.spec.routes.length > 0 ? containers : [];
  return [
    served.map(
      (one) => ({ ...runningStep(view, one), action: "drain", why: "requests under way are to end" }) as const,
    ),
    containers.map((one) => ({ ...runningStep(view, one), action: "stop", why }) as const),
  ].filter(isFilled);
}

/** What a step says of a container that is there. */
export function runningStep({ spec }: Named, container: EngineContainer) {
  return { service: spec.name, slot: slotOf(container), target: container.name, container: container.id };
}

/** A container that goes. */
export function removeStep(view: Named, container: EngineContainer): Step {
  return { ...runningStep(view, container), action: "remove", why: "it is not wanted any more" };
}

/** True for a wave in which something happens. */
export function isFilled(wave: readonly unknown[]): boolean {
  return wave.length > 0;
}
