// Engines are restarted; operations wait for them and go on.

import { setTimeout as pause } from "node:timers/promises";
import { BerthError } from "../../base/errors.ts";
import { fail } from "./errors.ts";
import type { Room } from "./parts.ts";

const AWAY = ["E_ENGINE_ABSENT", "E_ENGINE_GONE", "E_ENGINE_TIMEOUT"];
const LOOK_MS = 500;
const PATIENCE_MS = 600_000;

/** True for failures that say nothing of the stack, but that the engine does not answer. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof BerthError)) return false;
  return AWAY.includes(error.code) || isAway(error.cause);
}

/** Resolves when the engine answers. @throws E_STACK_ENGINE_AWAY, or the signal's reason */
export async function engineBack({ driver, engineAwayMs = PATIENCE_MS }: Room, signal: AbortSignal): Promise<void> {
  const began = performance.now();
  while (!(await driver.alive(signal))) {
    const away = performance.now() - began;
    if (away > engineAwayMs) throw fail("E_STACK_ENGINE_AWAY", { seconds: Math.round(away / 1000) });
    await pause(LOOK_MS, undefined, { signal });
  }
}
