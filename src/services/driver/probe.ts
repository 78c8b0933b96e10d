// One request to a container, to see whether it works. Programs run as checks in containers are the engine's affair.

import { request } from "node:http";
import type { HealthSpec } from "../../recipe/stack/types.ts";
import { timerMs } from "../engine/timer-ms.ts";
import type { EngineContainer } from "../engine/types.ts";
import { reachOf } from "./reach.ts";

/** True when it answers well in time. Never throws. */
export async function probe(container: EngineContainer, health: HealthSpec, byPort: boolean): Promise<boolean> {
  const { http, timeoutMs } = health;
  const place = http && reachOf(container, http.port, byPort);
  if (!http || !place) return false;
  const signal = AbortSignal.timeout(timerMs(timeoutMs));
  const headers = { "user-agent": "berth-health", connection: "close" };
  const answered = new Promise<boolean>((resolve) => {
    const asked = request({ ...place, path: http.path, headers, agent: false, signal }, (answer) => {
      const status = answer.statusCode ?? 0;
      // What it says besides is not read, however long it is.
      answer.destroy();
      resolve(status >= 200 && status < 400);
    });
    asked.on("error", () => resolve(false));
    asked.end();
  });
  // Of a path or a port that can be none.
  return answered.catch(() => false);
}
