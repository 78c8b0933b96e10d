// One question to a container whether it works: a request, or a program run in it where the engine runs no checks itself.

import { request } from "node:http";
import type { HealthSpec } from "../../recipe/stack/types.ts";
import type { Engine, EngineContainer } from "../engine/types.ts";
import { reachOf } from "./reach.ts";

/** What a probe needs. */
export interface ProbeParts {
  readonly engine: Engine;
  readonly byPort: boolean;
}

/** True when it works. Never throws; takes no longer than the check's timeout. */
export async function probe(parts: ProbeParts, container: EngineContainer, health: HealthSpec): Promise<boolean> {
  const signal = AbortSignal.timeout(Math.max(1, health.timeoutMs));
  try {
    if (health.http) return await answers(parts, container, health.http, signal);
    return await programSucceeds(parts.engine, container, health.test ?? [], signal);
  } catch {
    return false;
  }
}

function answers(
  { byPort }: ProbeParts,
  container: EngineContainer,
  { port, path }: { readonly port: number; readonly path: string },
  signal: AbortSignal,
): Promise<boolean> {
  const place = reachOf(container, port, byPort);
  if (!place) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    const headers = { "user-agent": "berth-health", connection: "close" };
    const asked = request({ ...place, path, headers, agent: false, signal }, (answer) => {
      const status = answer.statusCode ?? 0;
      answer.destroy();
      resolve(status >= 200 && status < 400);
    });
    asked.on("error", reject);
    asked.end();
  });
}

async function programSucceeds(
  engine: Engine,
  container: EngineContainer,
  test: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const [kind, ...words] = test;
  const argv = kind === "CMD-SHELL" ? ["/bin/sh", "-c", ...words] : kind === "CMD" ? words : [];
  if (argv.length === 0) return true;
  const session = await engine.exec(container.id, { argv, tty: false, stdin: false }, { signal });
  const stop = () => session.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    // Read and dropped: a program that nobody reads from would stand still.
    for await (const _ of session.output) if (signal.aborted) return false;
    return (await session.wait()) === 0 && !signal.aborted;
  } finally {
    signal.removeEventListener("abort", stop);
    session.close();
  }
}
