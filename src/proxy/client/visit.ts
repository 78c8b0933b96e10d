// A request and everything that is known of it on its way through the proxy, from its route to its line in the access log.

import type { LiveRoute } from "../routing/live-route.ts";
import type { OpenUse } from "../routing/use.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Exchange } from "./exchange.ts";
import type { Origin } from "./request-head.ts";

/** One request that found its route. */
export interface Visit {
  readonly exchange: Exchange;
  readonly route: LiveRoute;
  readonly origin: Origin;
  /** Without query. */
  readonly path: string;
  /** Milliseconds. */
  readonly begunAt: number;
  /** Undefined: it does not count as use. */
  use: OpenUse | undefined;
  user: string | undefined;
  /** The backend that answered. */
  backend: string | undefined;
  status: number;
  receivedBytes: number;
  /** It was held until the route was ready: how long it may be held in all. */
  heldUntil: number | undefined;
}

/** Closes the books of a visit; once. */
export function closeVisit(visit: Visit, around: Surroundings): void {
  const { exchange, route, use, begunAt } = visit;
  const now = around.now();
  if (use) route.use.end(use, now, route.spec.wake?.quietConnectionMs);
  route.use.receivedBytes += visit.receivedBytes;
  route.use.sentBytes += exchange.sentBytes;
  if (visit.status >= 500) route.use.failures++;
  around.log?.({
    time: new Date(begunAt).toISOString(),
    client: visit.origin.client,
    method: exchange.method,
    host: exchange.host,
    path: visit.path,
    version: exchange.version,
    status: visit.status,
    ms: now - begunAt,
    sent: exchange.sentBytes,
    received: visit.receivedBytes,
    route: route.spec.id,
    backend: visit.backend,
    user: visit.user,
    agent: exchange.header("user-agent"),
  });
}
