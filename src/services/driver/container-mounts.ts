// Mounts of a service as the engine takes them. Pure.

import type { ServiceSpec, StackSpec } from "../../recipe/stack/types.ts";
import type { EngineMount } from "../engine/types.ts";
import { engineVolume } from "./parts.ts";

/** Volumes and binds. */
export function mountsOf(spec: StackSpec, service: ServiceSpec): readonly EngineMount[] {
  return service.mounts.flatMap((mount): readonly EngineMount[] => {
    if (mount.kind === "volume") {
      const { target, readOnly, noCopy, subpath } = mount;
      return [{ kind: "volume", volume: engineVolume(spec, mount.volume), target, readOnly, noCopy, subpath }];
    }
    if (mount.kind === "bind") {
      const { source, target, readOnly, propagation } = mount;
      return [{ kind: "bind", source, target, readOnly, propagation }];
    }
    return [];
  });
}

/** File systems in memory: options by target. */
export function tmpfsOf(service: ServiceSpec): Readonly<Record<string, string>> {
  const entries = service.mounts.flatMap((mount) => {
    if (mount.kind !== "tmpfs") return [];
    const size = mount.bytes === undefined ? [] : [`size=${mount.bytes}`];
    const mode = mount.mode === undefined ? [] : [`mode=${mount.mode.toString(8)}`];
    return [[mount.target, [...size, ...mode].join(",")] as const];
  });
  return Object.fromEntries(entries);
}
