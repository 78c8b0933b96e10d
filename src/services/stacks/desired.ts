// What a deployment is to bring about, with people's and the idle sweep's will laid over it. Pure.

import type { StackSpec } from "../../recipe/stack/types.ts";
import type { Deployment, DesiredStack, ResolvedImage } from "../types.ts";
import type { ServiceWill } from "./state.ts";

/** A deployment as a driver takes it. */
export function desiredOf(
  deployment: Pick<Deployment, "spec" | "images" | "ports"> & { readonly id: string },
  wills: ReadonlyMap<string, ServiceWill>,
  options: Pick<DesiredStack, "old" | "brisk"> = {},
): DesiredStack {
  const halted = [...wills].filter(([, { halted }]) => halted === "stopped" || halted === "asleep");
  const paused = [...wills].filter(([, { halted }]) => halted === "paused");
  return {
    spec: withWills(deployment.spec, wills),
    deployment: deployment.id,
    images: mapOf<ResolvedImage>(deployment.images),
    ports: mapOf<number>(deployment.ports),
    scale: new Map(halted.map(([service]) => [service, 0])),
    paused: new Set(paused.map(([service]) => service)),
    ...options,
  };
}

/** A spec with as many containers of each service as people asked for since. */
export function withWills(spec: StackSpec, wills: ReadonlyMap<string, ServiceWill>): StackSpec {
  const services = spec.services.map((service) => {
    const replicas = wills.get(service.name)?.replicas;
    return replicas === undefined ? service : { ...service, replicas };
  });
  return { ...spec, services };
}

function mapOf<T>(record: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(record));
}
