// Parts of plans: for some services only, of removals only; and the plan of a restart. Pure.

import type { EngineContainer } from "../engine/types.ts";
import type { DesiredStack, ObservedStack, StackPlan, Step } from "../types.ts";
import { configDigests } from "./config-digest.ts";
import { configOf, isUp, serviceOf, slotOf } from "./names.ts";
import { dependenciesOf, inOrder } from "./order.ts";
import { stopSteps } from "./service-steps.ts";

/** What of a plan touches these services; networks and volumes are made, never removed. */
export function onlyServices(plan: StackPlan, services: readonly string[]): StackPlan {
  const kept = ({ service, action }: Step) => {
    return service === undefined ? action.startsWith("create-") : services.includes(service);
  };
  return withWaves(plan, (wave) => wave.filter(kept));
}

/** What of a plan removes what was kept. */
export function onlyRemovals(plan: StackPlan): StackPlan {
  return withWaves(plan, (wave) => wave.filter(({ action }) => action === "remove" || action === "remove-network"));
}

function withWaves(plan: StackPlan, filter: (wave: readonly Step[]) => readonly Step[]): StackPlan {
  return { ...plan, waves: plan.waves.map(filter).filter((wave) => wave.length > 0) };
}

/**
 * Stops and starts the containers of services, one replica after the other, and those that ask to be restarted with them.
 * What was started since `since` is left alone, so that a restart that was cut off is not done twice.
 */
export function planRestart(
  desired: DesiredStack,
  observed: ObservedStack,
  services: readonly string[],
  since: number,
): StackPlan {
  const configs = configDigests(desired);
  const concerned = withFollowers(desired, services);
  const waves = inOrder(desired.spec)
    .filter(({ name }) => concerned.has(name) && (desired.scale.get(name) ?? 1) > 0 && !desired.paused?.has(name))
    .flatMap((spec) =>
      observed.containers
        .filter((one) => serviceOf(one) === spec.name && configOf(one) === configs.get(spec.name))
        .filter((one) => slotOf(one) <= spec.replicas && (one.startedAt ?? 0) < since)
        .sort((a, b) => slotOf(a) - slotOf(b))
        .flatMap((one) => [
          ...(isUp(one) ? stopSteps({ spec }, [one], "it is restarted") : []),
          ...startAgain(spec.kind, one),
        ]),
    );
  return { stack: desired.spec.name, waves, warnings: [] };
}

function withFollowers(desired: DesiredStack, services: readonly string[]): ReadonlySet<string> {
  const all = new Set(services);
  for (const spec of inOrder(desired.spec))
    if (dependenciesOf(desired.spec, spec).some((one) => one.restart && all.has(one.service))) all.add(spec.name);
  return all;
}

function startAgain(kind: "service" | "job", container: EngineContainer): readonly (readonly Step[])[] {
  const { id, name } = container;
  const step = { service: serviceOf(container), slot: slotOf(container), target: name, container: id };
  const wait = kind === "job" ? "wait-completed" : "wait-healthy";
  return [
    [{ ...step, action: "start", why: "it is restarted" }],
    [{ ...step, action: wait, why: "it must work before anything goes on" }],
  ];
}
