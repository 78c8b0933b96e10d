// `/healthz`: the process answers. `/readyz`: everything that a request needs answers too. `/metrics`: the figures.

import type { FastifyPluginAsync } from "fastify";
import { reasonOf } from "../base/errors.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";

/** One thing that has to work. Throws when it does not. */
export interface ReadyCheck {
  readonly name: string;
  check(signal: AbortSignal): Promise<void>;
}

export interface HealthOptions {
  readonly checks: readonly ReadyCheck[];
  readonly metrics: Metrics;
  /** True when the server ends: others should get its requests. */
  readonly stopping: () => boolean;
  readonly log: Logger;
}

const PATIENCE_MS = 3_000;

export function healthRoutes({ checks, metrics, stopping, log }: HealthOptions): FastifyPluginAsync {
  return async (app) => {
    app.get("/healthz", async (_request, reply) => reply.type("text/plain").send("ok\n"));
    app.get("/readyz", async (_request, reply) => {
      const results = await Promise.all(checks.map((check) => outcome(check, log)));
      const ready = !stopping() && results.every(([, state]) => state === "ok");
      return reply.code(ready ? 200 : 503).send({ ready, stopping: stopping(), checks: Object.fromEntries(results) });
    });
    app.get("/metrics", async (_request, reply) => {
      const text = await metrics.registry.metrics();
      return reply.type(metrics.registry.contentType).send(text);
    });
  };
}

// Why it fails is for the log: paths and addresses are nothing for whoever asks.
async function outcome({ name, check }: ReadyCheck, log: Logger): Promise<[string, "ok" | "failed"]> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error(`no answer within ${PATIENCE_MS} ms`)), { once: true });
  });
  try {
    await Promise.race([check(signal), late]);
    return [name, "ok"];
  } catch (error) {
    log.warn({ check: name, reason: reasonOf(error) }, "not ready");
    return [name, "failed"];
  }
}
