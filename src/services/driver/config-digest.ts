// A service's configuration as one word: equal words mean that a container may stay as it is. Taken over what the
// container is made of, not over how many there are or how they are replaced. Pure.

import { createHash } from "node:crypto";
import type { ServiceSpec, StackSpec } from "../../recipe/stack/types.ts";
import type { DesiredStack } from "../types.ts";
import { checksIn } from "./check-in-file.ts";

/** Parts of a service that a running container need not be replaced for. `image` counts by its digest. */
const NOT_IN_THE_CONTAINER = [
  ...["image", "pull", "replicas", "dependsOn", "update", "routes", "idle", "expose"],
  ...["authenticated", "writeAudit", "annotations"],
] as const satisfies readonly (keyof ServiceSpec)[];

/** The configuration of every service, hex digits. */
export function configDigests(desired: DesiredStack): ReadonlyMap<string, string> {
  const done = new Map<string, string>();
  const of = (service: ServiceSpec, path: readonly string[]): string => {
    const known = done.get(service.name);
    if (known !== undefined) return known;
    const peer = peerOf(desired.spec, service);
    // Who lives in another container's network is replaced with it.
    const joined = peer && !path.includes(peer.name) ? of(peer, [...path, service.name]) : undefined;
    const digest = digestOf(desired, service, joined);
    done.set(service.name, digest);
    return digest;
  };
  for (const service of desired.spec.services) of(service, []);
  return done;
}

/** The service whose network this one shares. */
export function peerOf(spec: StackSpec, service: ServiceSpec): ServiceSpec | undefined {
  const name = /^service:(?<name>.+)$/.exec(service.networkMode ?? "")?.groups?.["name"];
  return name === undefined ? undefined : spec.services.find((one) => one.name === name);
}

function digestOf(desired: DesiredStack, service: ServiceSpec, joined: string | undefined): string {
  const { spec } = desired;
  const inContainer = Object.fromEntries(
    Object.entries(service).filter(([key]) => !(NOT_IN_THE_CONTAINER as readonly string[]).includes(key)),
  );
  const ports = [...desired.ports].filter(([key]) => key.startsWith(`${service.name}/`)).sort();
  const parts = {
    service: inContainer,
    image: desired.images.get(service.name)?.digest,
    ports,
    joined,
    routePorts: service.routes.map(({ port }) => port).sort((a, b) => a - b),
    secrets: service.secrets.map(({ name }) => spec.secrets.find((one) => one.name === name)?.store),
    configs: service.configs.map(({ name }) => spec.configs.find((one) => one.name === name)?.content),
    checkIn: checksIn(service),
    volumes: service.mounts.map((mount) =>
      mount.kind === "volume" ? spec.volumes.find(({ name }) => name === mount.volume)?.external : undefined,
    ),
  };
  return createHash("sha256").update(canonical(parts)).digest("hex");
}

/** JSON with sorted keys and without what is undefined or empty, so that fields added later change no digest. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, one]) => one !== undefined && !isEmpty(one))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(",")}}`;
}

// `false` too: a switch that is off is the same as one that was not known yet.
function isEmpty(value: unknown): boolean {
  if (value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
