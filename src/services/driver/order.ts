// Who comes before whom: services by what they depend on. Pure.

import type { Dependency, ServiceSpec, StackSpec } from "../../recipe/stack/types.ts";
import { peerOf } from "./config-digest.ts";
import { fail } from "./errors.ts";

/** What a service depends on within the stack: what it says, and the service whose network it shares. */
export function dependenciesOf(spec: StackSpec, service: ServiceSpec): readonly Dependency[] {
  const known = service.dependsOn.filter((one) => spec.services.some(({ name }) => name === one.service));
  const peer = peerOf(spec, service);
  if (!peer) return known;
  const said = known.find((one) => one.service === peer.name);
  // A network goes with the run of the container that it belongs to, whatever the recipe says of restarts.
  const bound = { service: peer.name, condition: "started", required: true, ...said, restart: true } as const;
  return [...known.filter((one) => one !== said), bound];
}

/** All services, each behind what it depends on. @throws E_DRIVER_CYCLE */
export function inOrder(spec: StackSpec): readonly ServiceSpec[] {
  const ordered: ServiceSpec[] = [];
  const visit = (service: ServiceSpec, path: readonly string[]) => {
    if (ordered.includes(service)) return;
    if (path.includes(service.name)) {
      const circle = [...path.slice(path.indexOf(service.name)), service.name].join(" -> ");
      throw fail("E_DRIVER_CYCLE", { circle });
    }
    for (const { service: name } of dependenciesOf(spec, service)) {
      const other = spec.services.find((one) => one.name === name);
      if (other) visit(other, [...path, service.name]);
    }
    ordered.push(service);
  };
  for (const service of spec.services) visit(service, []);
  return ordered;
}

/** These services and those that live in their networks, however far; jobs have had their run. */
export function withSharers(spec: StackSpec, names: readonly string[]): readonly string[] {
  const wanted = new Set(names);
  for (const service of inOrder(spec))
    if (service.kind !== "job" && wanted.has(peerOf(spec, service)?.name ?? "")) wanted.add(service.name);
  return [...wanted];
}

/** A service and all that it depends on, however far, the last dependency first. @throws E_DRIVER_CYCLE */
export function withDependencies(spec: StackSpec, name: string): readonly string[] {
  const wanted = new Set([name]);
  for (const service of [...inOrder(spec)].reverse())
    if (wanted.has(service.name)) for (const one of dependenciesOf(spec, service)) wanted.add(one.service);
  return inOrder(spec)
    .map((service) => service.name)
    .filter((service) => wanted.has(service));
}
