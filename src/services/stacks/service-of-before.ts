// A deployment in which one service is what it was in an earlier one, and all others are what they are. Pure.

import type { StackSpec } from "../../recipe/stack/types.ts";
import { configDigests } from "../driver/config-digest.ts";
import type { Deployment } from "../types.ts";
import { desiredOf } from "./desired.ts";

/** What a deployment runs. */
export type Running = Pick<Deployment, "spec" | "images" | "ports">;

/** `now` with the service as `then` had it; undefined: `then` had no such service. */
export function withServiceOf(then: Running, now: Running, service: string): Running | undefined {
  const old = then.spec.services.find(({ name }) => name === service);
  const image = then.images[service];
  if (!old || !image) return undefined;
  const others = now.spec.services.filter(({ name }) => name !== service);
  const spec: StackSpec = {
    ...now.spec,
    services: now.spec.services.map((one) => (one.name === service ? old : one)),
    networks: added(now.spec.networks, then.spec.networks),
    volumes: added(now.spec.volumes, then.spec.volumes),
    secrets: mixed(
      now.spec.secrets,
      then.spec.secrets,
      others.flatMap((one) => one.secrets.map(named)),
    ),
    configs: mixed(
      now.spec.configs,
      then.spec.configs,
      others.flatMap((one) => one.configs.map(named)),
    ),
  };
  const mine = (key: string) => key.startsWith(`${service}/`);
  const ports = {
    ...Object.fromEntries(Object.entries(then.ports).filter(([key]) => mine(key))),
    ...now.ports,
  };
  const wanted = new Set(
    spec.services.flatMap((one) => one.ports.map((port) => `${one.name}/${port.container}/${port.protocol}`)),
  );
  return {
    spec,
    images: { ...now.images, [service]: image },
    ports: Object.fromEntries(Object.entries(ports).filter(([key]) => wanted.has(key))),
  };
}

/** True when the service has the same containers in both. */
export function isSameService(one: Running, other: Running, service: string): boolean {
  const [left, right] = [one, other].map((each) =>
    configDigests(desiredOf({ ...each, id: "" }, new Map())).get(service),
  );
  return left === right;
}

function named({ name }: { readonly name: string }): string {
  return name;
}

// Networks and volumes are there already, and hold what others need.
function added<T extends { readonly name: string }>(now: readonly T[], then: readonly T[]): readonly T[] {
  return [...now, ...then.filter(({ name }) => !now.some((one) => one.name === name))];
}

// What other services use, too, stays what it is; the rest is as the old service knew it.
function mixed<T extends { readonly name: string }>(
  now: readonly T[],
  then: readonly T[],
  used: readonly string[],
): readonly T[] {
  const kept = now.filter(({ name }) => used.includes(name) || !then.some((one) => one.name === name));
  return added(kept, then);
}
