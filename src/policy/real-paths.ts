// Binds by the paths that were judged: a symbolic link that is changed after the verdict must not decide what is mounted.

import type { MountSpec, StackSpec, VolumeSpec } from "../recipe/stack/types.ts";
import type { StackFacts } from "./facts.ts";
import { plainPath } from "./host-path.ts";
import { hiddenBind } from "./volume-options.ts";

/** The spec with every host path of a bind replaced by where it really led when the facts were gathered. */
export function withRealPaths(spec: StackSpec, { paths }: StackFacts): StackSpec {
  const real = (path: string) => (paths?.get(path) ?? paths?.get(plainPath(path)))?.real ?? path;
  const mount = (one: MountSpec): MountSpec => (one.kind === "bind" ? { ...one, source: real(one.source) } : one);
  return {
    ...spec,
    services: spec.services.map((service) => ({ ...service, mounts: service.mounts.map(mount) })),
    volumes: spec.volumes.map((volume) => withRealDevice(volume, real)),
  };
}

// Written anew, so that no other spelling of a key is left beside it.
function withRealDevice(volume: VolumeSpec, real: (path: string) => string): VolumeSpec {
  const device = hiddenBind(volume);
  return device === undefined ? volume : { ...volume, options: { ...bindOptions(volume), device: real(device) } };
}

function bindOptions({ options }: VolumeSpec): Readonly<Record<string, string>> {
  const flags = Object.entries(options).find(([key]) => key.trim().toLowerCase() === "o")?.[1] ?? "bind";
  const kept = flags.split(",").filter((flag) => !/^\s*device=/i.test(flag));
  return { type: "none", o: kept.join(",") };
}
