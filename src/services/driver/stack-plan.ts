// The plan of a whole stack: what is there against what is wanted, as waves of steps. Dependencies rise first and fall
// last; what is old is removed at the very end, so that everything before it can be taken back. Pure.

import type { ServiceSpec, StackSpec } from "../../recipe/stack/types.ts";
import type { EngineContainer } from "../engine/types.ts";
import type { DesiredStack, ObservedStack, StackPlan, Step } from "../types.ts";
import { configDigests } from "./config-digest.ts";
import { isUp, LONGEST_GRACE_MS, serviceOf, slotOf } from "./names.ts";
import { dependenciesOf, inOrder } from "./order.ts";
import { networksOf, volumesOf } from "./parts.ts";
import { planRemoval } from "./removal-plan.ts";
import { planService, type ServicePlan, type ServiceView } from "./service-plan.ts";
import { sharedNetwork, withoutLost } from "./shared-network.ts";

/** What leads from `observed` to `desired`; undefined: to nothing at all. @throws E_DRIVER_CYCLE */
export function planStack(desired: DesiredStack | undefined, observed: ObservedStack): StackPlan {
  if (!desired) return planRemoval(observed);
  const plans = planServices(desired, observed);
  const strangers = strangersOf(desired, observed);
  const plan = [...plans.values()];
  const waves = [
    partSteps(desired, observed),
    ...riseTogether(desired, plans),
    ...fallTogether(desired, plans),
    ...strangers.stops,
    [...plan.flatMap(({ removals }) => removals), ...strangers.removals],
    strayNetworks(desired, observed),
  ];
  return {
    stack: desired.spec.name,
    waves: waves.filter((wave) => wave.length > 0),
    warnings: [...warningsOf(desired.spec), ...plan.flatMap(({ warnings }) => warnings)],
  };
}

/** True when carrying it out would change nothing. */
export function changesNothing(plan: StackPlan): boolean {
  return plan.waves.flat().every(({ action }) => action === "keep" || action === "wait-healthy");
}

function planServices(desired: DesiredStack, observed: ObservedStack): ReadonlyMap<string, ServicePlan> {
  const configs = configDigests(desired);
  const plans = new Map<string, ServicePlan>();
  const awaited = awaitedOf(desired.spec);
  for (const spec of inOrder(desired.spec)) {
    const around = { spec: desired.spec, configs, containers: observed.containers, plans };
    const { lost, renewed, down } = sharedNetwork(spec, around);
    const shaken = dependenciesOf(desired.spec, spec).some(
      (one) => one.restart && plans.get(one.service)?.replaces === true,
    );
    const view: ServiceView = {
      stack: desired.spec.name,
      spec,
      config: configs.get(spec.name) ?? "",
      deployment: desired.deployment,
      containers: containersOf(observed, spec.name).filter((one) => !lost.includes(one)),
      running: down ? 0 : Math.min(spec.replicas, desired.scale.get(spec.name) ?? spec.replicas),
      paused: desired.paused?.has(spec.name) ?? false,
      keepOld: keepsOld(desired, spec),
      brisk: desired.brisk ?? false,
      awaited: awaited.has(spec.name),
      shaken: shaken || renewed,
    };
    plans.set(spec.name, withoutLost(planService(view), view, lost));
  }
  return plans;
}

// Those who must be healthy, or done, before others start.
function awaitedOf(spec: StackSpec): ReadonlySet<string> {
  const waits = spec.services.flatMap((service) => dependenciesOf(spec, service));
  return new Set(waits.filter(({ condition }) => condition !== "started").map(({ service }) => service));
}

function containersOf(observed: ObservedStack, service: string): readonly EngineContainer[] {
  return observed.containers.filter((one) => serviceOf(one) === service && one.status !== "removing");
}

function keepsOld(desired: DesiredStack, spec: ServiceSpec): boolean {
  return desired.old === undefined ? spec.update.confirm : desired.old === "keep";
}

function partSteps(desired: DesiredStack, observed: ObservedStack): readonly Step[] {
  const networks = networksOf(desired.spec).filter(({ engineName }) => !observed.networks.includes(engineName));
  const volumes = volumesOf(desired.spec).filter(({ engineName }) => !observed.volumes.includes(engineName));
  const why = "it is not there";
  return [
    ...networks.map(({ engineName }) => ({ action: "create-network", target: engineName, why }) as const),
    ...volumes.map(({ engineName }) => ({ action: "create-volume", target: engineName, why }) as const),
  ];
}

// Services that do not wait for each other rise in the same waves.
function riseTogether(desired: DesiredStack, plans: ReadonlyMap<string, ServicePlan>): readonly (readonly Step[])[] {
  const begins = new Map<string, number>();
  const waves: Step[][] = [];
  for (const spec of inOrder(desired.spec)) {
    const plan = plans.get(spec.name);
    if (!plan) continue;
    const waits = dependenciesOf(desired.spec, spec).map(({ service, condition }) => {
      const other = plans.get(service);
      const length = condition === "started" ? other?.startedAfter : other?.rise.length;
      return (begins.get(service) ?? 0) + (length ?? 0);
    });
    const begin = Math.max(0, ...waits);
    begins.set(spec.name, begin);
    for (const [index, wave] of plan.rise.entries()) {
      const at = begin + index;
      while (waves.length <= at) waves.push([]);
      waves[at]?.push(...wave);
    }
  }
  return waves;
}

// Dependents before what they depend on.
function fallTogether(desired: DesiredStack, plans: ReadonlyMap<string, ServicePlan>): readonly (readonly Step[])[] {
  const ends = new Map<string, number>();
  const waves: Step[][] = [];
  for (const spec of [...inOrder(desired.spec)].reverse()) {
    const plan = plans.get(spec.name);
    const dependents = desired.spec.services.filter((one) =>
      dependenciesOf(desired.spec, one).some(({ service }) => service === spec.name),
    );
    const begin = Math.max(0, ...dependents.map(({ name }) => ends.get(name) ?? 0));
    ends.set(spec.name, begin + (plan?.fall.length ?? 0));
    for (const [index, wave] of (plan?.fall ?? []).entries()) {
      while (waves.length <= begin + index) waves.push([]);
      waves[begin + index]?.push(...wave);
    }
  }
  return waves;
}

// Containers of services that the recipe no longer has.
function strangersOf(desired: DesiredStack, observed: ObservedStack) {
  const known = new Set(desired.spec.services.map(({ name }) => name));
  const all = observed.containers.filter((one) => !known.has(serviceOf(one)) && one.status !== "removing");
  const keep =
    desired.old === undefined ? desired.spec.services.some(({ update }) => update.confirm) : desired.old === "keep";
  const up = all.filter(isUp);
  const why = "the recipe no longer has this service";
  const step = (one: EngineContainer) => ({
    service: serviceOf(one),
    slot: slotOf(one),
    target: one.name,
    container: one.id,
    why,
  });
  return {
    stops: [
      up.map((one): Step => ({ ...step(one), action: "drain" })),
      up.map((one): Step => ({ ...step(one), action: "stop" })),
    ],
    removals: keep ? [] : all.map((one): Step => ({ ...step(one), action: "remove" })),
  };
}

// Volumes are never removed because a recipe forgot them; a network holds nothing.
function strayNetworks(desired: DesiredStack, observed: ObservedStack): readonly Step[] {
  const wanted = new Set(networksOf(desired.spec).map(({ engineName }) => engineName));
  const keeps =
    desired.old === "keep" || (desired.old === undefined && desired.spec.services.some((one) => one.update.confirm));
  if (keeps) return [];
  return observed.networks
    .filter((name) => !wanted.has(name))
    .map((target) => ({ action: "remove-network", target, why: "the recipe no longer has it" }));
}

function warningsOf(spec: StackSpec): readonly string[] {
  return spec.services.flatMap((service) => [
    ...service.dependsOn
      .filter((one) => !spec.services.some(({ name }) => name === one.service))
      .map((one) => `${service.name} depends on ${one.service}, which the stack does not have`),
    ...(service.stopGraceMs > LONGEST_GRACE_MS
      ? [`${service.name} is given one hour to end (stop_grace_period), then it is killed`]
      : []),
  ]);
}
