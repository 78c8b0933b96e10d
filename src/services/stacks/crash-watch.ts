// Tells from what changed about containers what people should know: one fell over, its check fails, it works again. Pure.

import type { EngineContainer } from "../engine/types.ts";

/** What is remembered of a container. */
export type Remembered = Pick<EngineContainer, "status" | "health" | "restarts" | "exitCode">;

/** What happened. */
export interface Happening {
  readonly kind: "crashed" | "health";
  readonly message: string;
}

/** Whether it was to be expected, because somebody stopped it, is for the caller to find out. */
export function happeningOf(before: Remembered | undefined, now: EngineContainer): Happening | undefined {
  if (!before) return undefined;
  const { name, status, restarts, health } = now;
  if (restarts > before.restarts) return { kind: "crashed", message: `${name} ended${how(now)} and was started again` };
  const wasUp = before.status === "running" || before.status === "restarting";
  const isJob = now.labels["berth.kind"] === "job";
  if (wasUp && (status === "exited" || status === "dead")) {
    if (isJob && now.exitCode === 0) return undefined;
    return { kind: "crashed", message: `${name} ended${how(now)}` };
  }
  if (health === before.health || status !== "running") return undefined;
  if (health === "unhealthy") return { kind: "health", message: `the check of ${name} fails` };
  if (health === "healthy" && before.health === "unhealthy") return { kind: "health", message: `${name} works again` };
  return undefined;
}

function how({ oomKilled, exitCode, error }: EngineContainer): string {
  if (oomKilled) return " because it needed more memory than it may have";
  if (error !== "") return `: ${error}`;
  return exitCode === undefined ? "" : ` with exit code ${exitCode}`;
}
