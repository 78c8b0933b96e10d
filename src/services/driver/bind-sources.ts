// Folders of the machine just before they are mounted: what was judged is the path after all links, so there must be none on it
// now. An engine follows links whenever it starts a container.

import { realpath } from "node:fs/promises";
import { posix } from "node:path";
import { hiddenBind } from "../../policy/volume-options.ts";
import type { ServiceSpec, StackSpec } from "../../recipe/stack/types.ts";
import { fail } from "./errors.ts";

/** @throws E_DRIVER_LINK when a path that a service mounts leads somewhere else */
export async function checkBindSources(spec: StackSpec, service: ServiceSpec): Promise<void> {
  for (const path of bindSources(spec, service)) {
    const real = await whereTo(path);
    if (real !== undefined && real !== posix.normalize(path)) throw fail("E_DRIVER_LINK", { path, real });
  }
}

function bindSources(spec: StackSpec, { mounts }: ServiceSpec): readonly string[] {
  return mounts.flatMap((mount) => {
    if (mount.kind === "bind") return [mount.source];
    const volume = mount.kind === "volume" ? spec.volumes.find(({ name }) => name === mount.volume) : undefined;
    return volume?.external === undefined ? ((volume && hiddenBind(volume)) ?? []) : [];
  });
}

// What is not there, or may not be looked at, is the engine's to say.
async function whereTo(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    return undefined;
  }
}
