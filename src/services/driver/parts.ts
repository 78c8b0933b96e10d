// The networks and volumes of a stack, by the names that the engine gives them. Pure.

import type { NetworkSpec, NetworkUse, ServiceSpec, StackSpec, VolumeSpec } from "../../recipe/stack/types.ts";
import { networkName, volumeName } from "./names.ts";

const DEFAULT: NetworkSpec = { name: "default", options: {}, internal: false, ipv6: false, subnets: [], labels: {} };

/** A part of the stack and its name on the engine. */
export interface Part<Spec> {
  readonly spec: Spec;
  readonly engineName: string;
}

/** Networks that the stack has for itself and that a service uses. */
export function networksOf(spec: StackSpec): readonly Part<NetworkSpec>[] {
  const used = new Set(spec.services.flatMap((service) => usesOf(service).map(({ name }) => name)));
  const declared = spec.networks.some(({ name }) => name === DEFAULT.name)
    ? spec.networks
    : [...spec.networks, DEFAULT];
  return declared
    .filter(({ name, external }) => used.has(name) && external === undefined)
    .map((one) => ({ spec: one, engineName: networkName(spec.name, one.name) }));
}

/** Volumes that the stack has for itself and that a service mounts. */
export function volumesOf(spec: StackSpec): readonly Part<VolumeSpec>[] {
  const used = new Set(
    spec.services.flatMap(({ mounts }) => mounts.flatMap((one) => (one.kind === "volume" ? [one.volume] : []))),
  );
  return spec.volumes
    .filter(({ name, external }) => used.has(name) && external === undefined)
    .map((one) => ({ spec: one, engineName: volumeName(spec.name, one.name) }));
}

/** The networks of a service: those it names, or the stack's own. */
export function usesOf(service: ServiceSpec): readonly NetworkUse[] {
  if (service.networkMode !== undefined) return [];
  return service.networks.length > 0 ? service.networks : [{ name: DEFAULT.name, aliases: [] }];
}

/** What the engine calls a network of the stack. */
export function engineNetwork(spec: StackSpec, name: string): string {
  return spec.networks.find((one) => one.name === name)?.external ?? networkName(spec.name, name);
}

/** What the engine calls a volume of the stack. */
export function engineVolume(spec: StackSpec, name: string): string {
  return spec.volumes.find((one) => one.name === name)?.external ?? volumeName(spec.name, name);
}
