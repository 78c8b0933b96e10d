// What a stack asks for, counted against limits. Pure.

import { formatSize } from "../../base/size.ts";
import type { ServiceSpec, StackSpec } from "../../recipe/stack/types.ts";
import type { Amounts } from "../../site/services/quotas.ts";

/** Amounts with every number. */
export type Counted = { readonly [K in keyof Required<Amounts>]: number };

export const NOTHING: Counted = { stacks: 0, services: 0, memoryBytes: 0, cpus: 0, ports: 0, secrets: 0 };

/** What a stack needs when all of it runs. Services without limits of memory or CPU count as nothing here: see `unlimited`. */
export function amountsOf({ services }: StackSpec): Counted {
  const sum = (of: (service: ServiceSpec) => number) => services.reduce((total, service) => total + of(service), 0);
  return {
    stacks: 1,
    services: services.length,
    memoryBytes: sum(({ replicas, limits }) => replicas * (limits.memoryBytes ?? 0)),
    cpus: sum(({ replicas, limits }) => replicas * (limits.cpus ?? 0)),
    ports: sum(({ ports }) => ports.length),
    secrets: 0,
  };
}

/** What a stack holds that may become one of several: the most of each. */
export function amountsOfAny(specs: readonly StackSpec[]): Counted {
  return specs.map(amountsOf).reduce(most, { ...NOTHING, stacks: 1 });
}

function most(a: Counted, b: Counted): Counted {
  return {
    stacks: Math.max(a.stacks, b.stacks),
    services: Math.max(a.services, b.services),
    memoryBytes: Math.max(a.memoryBytes, b.memoryBytes),
    cpus: Math.max(a.cpus, b.cpus),
    ports: Math.max(a.ports, b.ports),
    secrets: Math.max(a.secrets, b.secrets),
  };
}

export function add(a: Counted, b: Counted): Counted {
  return {
    stacks: a.stacks + b.stacks,
    services: a.services + b.services,
    memoryBytes: a.memoryBytes + b.memoryBytes,
    cpus: a.cpus + b.cpus,
    ports: a.ports + b.ports,
    secrets: a.secrets + b.secrets,
  };
}

/** Services that say no limit of what is limited. */
export function unlimited({ services }: StackSpec, limits: Amounts): readonly string[] {
  return services
    .filter(
      (service) =>
        (limits.memoryBytes !== undefined && service.limits.memoryBytes === undefined) ||
        (limits.cpus !== undefined && service.limits.cpus === undefined),
    )
    .map(({ name }) => name);
}

const WORDS: { readonly [K in keyof Counted]: (amount: number) => string } = {
  stacks: (n) => (n === 1 ? "1 stack" : `${n} stacks`),
  services: (n) => (n === 1 ? "1 service" : `${n} services`),
  memoryBytes: (n) => `${formatSize(n)} of memory`,
  cpus: (n) => (n === 1 ? "1 CPU" : `${Number(n.toFixed(2))} CPUs`),
  ports: (n) => (n === 1 ? "1 port" : `${n} ports`),
  secrets: (n) => (n === 1 ? "1 secret" : `${n} secrets`),
};

/** What is too much: its kind, and in words what is wanted and what allowed. */
export function excess(
  wanted: Counted,
  limits: Amounts,
): readonly { readonly kind: keyof Counted; readonly wanted: string; readonly allowed: string }[] {
  return (Object.keys(WORDS) as readonly (keyof Counted)[]).flatMap((kind) => {
    const limit = limits[kind];
    if (limit === undefined || wanted[kind] <= limit) return [];
    return [{ kind, wanted: WORDS[kind](wanted[kind]), allowed: WORDS[kind](limit) }];
  });
}
