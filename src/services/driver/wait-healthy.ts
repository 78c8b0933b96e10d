// Waits until a container is well and has stayed so for as long as was asked, or is known not to be.

import { setTimeout as pause } from "node:timers/promises";
import type { HealthSpec } from "../../recipe/stack/types.ts";
import { fail } from "./errors.ts";
import { isWell, verdictOf } from "./health-verdict.ts";
import type { Work } from "./work.ts";

/** How often it is looked at. */
const LOOK_MS = 200;

/** @throws E_DRIVER_CRASHED, E_DRIVER_NOT_HEALTHY */
export async function waitHealthy(
  work: Work,
  id: string,
  { health, monitorMs }: { readonly health: HealthSpec | undefined; readonly monitorMs: number },
): Promise<void> {
  const began = performance.now();
  let restartsBefore: number | undefined;
  let wellSince: number | undefined;
  let startedBefore: number | undefined;
  let name = id;
  for (;;) {
    const container = await work.look(id);
    const now = performance.now();
    restartsBefore ??= container?.restarts ?? 0;
    name = container?.name ?? name;
    // One that fell over and is up again between two looks was not well all the time.
    if (container?.startedAt !== startedBefore) wellSince = undefined;
    startedBefore = container?.startedAt;
    wellSince = container && isWell(container) ? (wellSince ?? now) : undefined;
    const wellMs = wellSince === undefined ? 0 : now - wellSince;
    const watched = { container, elapsedMs: now - began, wellMs, restartsBefore };
    const verdict = verdictOf(watched, health, monitorMs);
    if (verdict.kind === "good") return;
    if (verdict.kind === "crashed") throw fail("E_DRIVER_CRASHED", { container: name, reason: verdict.reason });
    if (verdict.kind === "unhealthy") throw fail("E_DRIVER_NOT_HEALTHY", { container: name, reason: verdict.reason });
    await pause(LOOK_MS, undefined, { signal: work.signal });
  }
}
