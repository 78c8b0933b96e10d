// Whether the server keeps images for systems, too: a site may run services without.

import { computed, signal } from "@preact/signals";
import { ask } from "../api/ask.ts";
import type { System, SystemList } from "../api/types.ts";

/** The systems; undefined: not known yet. */
export const systems = signal<readonly System[] | undefined>(undefined);
export const hasGateway = computed(() => (systems.value?.length ?? 0) > 0);
/** The system that is meant unless another is named; empty: not known. */
export const defaultSystem = computed(() => {
  const all = systems.value ?? [];
  return (all.find((one) => one.default) ?? all[0])?.name ?? "";
});

/** Asks once who is there; a server without gateway refuses. */
export async function loadSystems(): Promise<void> {
  if (systems.peek() !== undefined) return;
  try {
    systems.value = (await ask<SystemList>({ path: "/v2/systems" })).items;
  } catch {
    systems.value = undefined;
  }
}
