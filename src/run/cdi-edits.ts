// What devices add to a container, merged from CDI specifications (Container Device Interface, "containerEdits"). Pure.

import type { CdiSpec, ContainerEdits } from "./cdi-spec.ts";
import type { MountRecord } from "./launch-plan.ts";

export interface DeviceEdits {
  readonly mounts: readonly MountRecord[];
  readonly env: ReadonlyMap<string, string>;
  /** Hooks that the specifications want and berth does not run. */
  readonly hooks: readonly string[];
}

export const NO_EDITS: DeviceEdits = { mounts: [], env: new Map(), hooks: [] };

/** A device by its full name, `vendor/class=name`. */
export interface DeviceName {
  readonly kind: string;
  readonly device: string;
}

/** Takes a full device name apart. */
export function parseDeviceName(text: string): DeviceName {
  const equals = text.indexOf("=");
  return { kind: text.slice(0, equals), device: text.slice(equals + 1) };
}

/** The edits of the devices, those of their specifications first; `missing` are the names that no specification has. */
export function mergeEdits(
  names: readonly DeviceName[],
  specs: readonly CdiSpec[],
): { readonly edits: DeviceEdits; readonly missing: readonly DeviceName[] } {
  const missing: DeviceName[] = [];
  const chosen = new Set<ContainerEdits>();
  for (const name of names) {
    // Folders named later override earlier ones (CDI, "spec directories").
    const spec = specs.findLast(({ kind, devices }) => kind === name.kind && devices.has(name.device));
    const device = spec?.devices.get(name.device);
    if (spec === undefined || device === undefined) {
      missing.push(name);
      continue;
    }
    chosen.add(spec.common).add(device);
  }
  return { edits: combine([...chosen]), missing };
}

function combine(all: readonly ContainerEdits[]): DeviceEdits {
  const mounts = new Map<string, MountRecord>();
  const env = new Map<string, string>();
  for (const { deviceNodes, mounts: files, env: lines } of all) {
    for (const { path, hostPath } of deviceNodes) {
      mounts.set(path, { op: "bind", source: hostPath, target: path, flags: ["dev"] });
    }
    for (const { hostPath, containerPath, readonly } of files) {
      const flags = [readonly ? "ro" : "rw"] as const;
      mounts.set(containerPath, { op: "bind", source: hostPath, target: containerPath, flags });
    }
    for (const line of lines) {
      const equals = line.indexOf("=");
      if (equals > 0) env.set(line.slice(0, equals), line.slice(equals + 1));
    }
  }
  return { mounts: [...mounts.values()], env, hooks: [...new Set(all.flatMap(({ hooks }) => hooks))] };
}
