// Whether a container that was started is good, bad, or not to be judged yet. Pure: time is what the caller measured.

import type { HealthSpec } from "../../recipe/stack/types.ts";
import type { EngineContainer } from "../engine/types.ts";

/** What was seen of a container since somebody began to watch it. */
export interface Watched {
  readonly container: EngineContainer | undefined;
  /** Milliseconds since the watch began. */
  readonly elapsedMs: number;
  /** Milliseconds that it has been up and well without a break. */
  readonly wellMs: number;
  /** How often the engine had started it again when the watch began. */
  readonly restartsBefore: number;
}

export type Verdict =
  | { readonly kind: "good" }
  | { readonly kind: "wait" }
  | { readonly kind: "crashed" | "unhealthy"; readonly reason: string };

/** A container without any check is believed after it has stayed up for so long. */
const SETTLE_MS = 500;
/** An engine that never answers a check is not waited for longer than the checks could take, and this. */
const PATIENCE_MS = 30_000;
/** So often a container may fall over and be started again by the engine before it counts as crashed. */
const FALLS = 3;

/** Judges; `monitorMs`: how long it must have been well. */
export function verdictOf(watched: Watched, health: HealthSpec | undefined, monitorMs: number): Verdict {
  const { container, elapsedMs, wellMs } = watched;
  if (!container) return { kind: "crashed", reason: "it was removed" };
  const fallen = fallOf(container, watched.restartsBefore);
  if (fallen !== undefined) return { kind: "crashed", reason: fallen };
  if (container.health === "unhealthy") {
    // What was found before it was frozen, or by a check that began then, is no verdict on what it does now.
    return elapsedMs > checkMs(container, health) ? { kind: "unhealthy", reason: "its check fails" } : { kind: "wait" };
  }
  const needed = container.health === "none" ? Math.max(SETTLE_MS, monitorMs) : monitorMs;
  if (isWell(container) && wellMs >= needed) return { kind: "good" };
  if (elapsedMs > patienceOf(health) + needed) return { kind: "unhealthy", reason: whyLate(container, elapsedMs) };
  return { kind: "wait" };
}

/** True while nothing speaks against it. */
export function isWell({ status, health }: EngineContainer): boolean {
  return status === "running" && (health === "healthy" || health === "none");
}

function fallOf({ status, exitCode, error, oomKilled, restarts }: EngineContainer, before: number): string | undefined {
  if (status === "exited" || status === "dead") {
    if (oomKilled) return "it needed more memory than it may have";
    return error === "" ? `it ended with exit code ${exitCode ?? "unknown"}` : error;
  }
  if (restarts - before >= FALLS) return `it was started ${restarts - before} times again`;
  return undefined;
}

// How long it takes until a check has been made since.
function checkMs({ healthCheck }: EngineContainer, health: HealthSpec | undefined): number {
  const { intervalMs = 0, timeoutMs = 0 } = health ?? healthCheck ?? {};
  return intervalMs + timeoutMs;
}

function patienceOf(health: HealthSpec | undefined): number {
  if (!health) return PATIENCE_MS;
  return health.startPeriodMs + (health.intervalMs + health.timeoutMs) * Math.max(1, health.retries) + PATIENCE_MS;
}

function whyLate({ status, health }: EngineContainer, elapsedMs: number): string {
  const state = health === "none" ? status : `${status}, ${health}`;
  return `after ${Math.round(elapsedMs / 1000)} s it is still ${state}`;
}
