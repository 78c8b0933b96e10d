// Engines and databases are restarted; operations wait for them and go on.

import { setTimeout as pause } from "node:timers/promises";
import { BerthError } from "../../base/errors.ts";
import { fail } from "./errors.ts";
import type { Room } from "./parts.ts";

const AWAY = [
  "E_ENGINE_ABSENT",
  "E_ENGINE_GONE",
  "E_ENGINE_TIMEOUT",
  "E_STORE_AWAY",
  "E_STORE_BUSY",
  "E_STORE_CONFLICT",
];
const LOOK_MS = 500;
const PATIENCE_MS = 600_000;

/** True for failures that say nothing of the stack, but that the engine or the database does not answer. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof BerthError)) return false;
  return AWAY.includes(error.code) || isAway(error.cause);
}

/** Resolves a moment later, when the engine answers. @throws E_STACK_ENGINE_AWAY after so long, or the signal's reason */
export async function engineBack(
  { driver, engineAwayMs = PATIENCE_MS }: Room,
  since: number,
  signal: AbortSignal,
): Promise<void> {
  do {
    await pause(LOOK_MS, undefined, { signal });
    const away = performance.now() - since;
    if (away > engineAwayMs) throw fail("E_STACK_ENGINE_AWAY", { seconds: Math.round(away / 1000) });
  } while (!(await driver.alive(signal)));
}
