// Services that live in the network of another's container (`network_mode: service:NAME`). It is there as long as that very
// container runs: who shares it is restarted with it, and made anew when it is another. Pure.

import type { ServiceSpec, StackSpec } from "../../recipe/stack/types.ts";
import type { EngineContainer } from "../engine/types.ts";
import type { Step } from "../types.ts";
import { peerOf } from "./config-digest.ts";
import { configOf, isUp, serviceOf } from "./names.ts";
import type { ServicePlan, ServiceView } from "./service-plan.ts";
import { removeStep, stopSteps } from "./service-steps.ts";

/** What is known of the others when a service is planned. */
export interface Around {
  readonly spec: StackSpec;
  readonly configs: ReadonlyMap<string, string>;
  readonly containers: readonly EngineContainer[];
  /** Of the services before it. */
  readonly plans: ReadonlyMap<string, ServicePlan>;
}

/** How it stands with the network that a service lives in. */
export interface SharedNetwork {
  /** Containers whose network is gone for good. */
  readonly lost: readonly EngineContainer[];
  /** It comes, or came, up again without those who run in it. */
  readonly renewed: boolean;
  /** Its container is not to run now. */
  readonly down: boolean;
}

const OWN: SharedNetwork = { lost: [], renewed: false, down: false };

/** Of a service with a network of its own: nothing to mind. */
export function sharedNetwork(service: ServiceSpec, { spec, configs, containers, plans }: Around): SharedNetwork {
  const peer = peerOf(spec, service);
  const plan = peer && plans.get(peer.name);
  if (!peer || !plan) return OWN;
  const right = (name: string) =>
    containers.filter((one) => serviceOf(one) === name && configOf(one) === configs.get(name));
  const hosts = right(peer.name);
  const guests = right(service.name);
  const began = Math.max(0, ...hosts.filter(isUp).map(({ startedAt = 0 }) => startedAt));
  return {
    lost: guests.filter((one) => !isDone(service, one) && isLost(one, hosts)),
    renewed: plan.starts || guests.some((one) => isUp(one) && (one.startedAt ?? began) < began),
    down: !plan.runs,
  };
}

// A job that has run needs no network any more.
function isDone({ kind }: ServiceSpec, { status, exitCode }: EngineContainer): boolean {
  return kind === "job" && status === "exited" && exitCode === 0;
}

function isLost({ joins }: EngineContainer, hosts: readonly EngineContainer[]): boolean {
  return joins !== undefined && !hosts.some(({ id }) => id === joins);
}

/** The plan of a service whose containers were `lost`: they go first, since the new ones have their names. */
export function withoutLost(plan: ServicePlan, view: ServiceView, lost: readonly EngineContainer[]): ServicePlan {
  if (lost.length === 0) return plan;
  const before: readonly (readonly Step[])[] = [
    ...stopSteps(view, lost.filter(isUp), "the network that it shared is gone"),
    lost.map((one) => removeStep(view, one)),
  ];
  return { ...plan, rise: [...before, ...plan.rise], startedAfter: before.length + plan.startedAfter, replaces: true };
}
