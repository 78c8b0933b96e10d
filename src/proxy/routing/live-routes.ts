// All routes of a process: takes tables and changes of tables, keeps what lives on, and knows which backends are still busy
// although they get nothing new.

import type { BackendPool } from "../backend/pool.ts";
import type { ProxyMessage, ProxyRoute, RouteUse } from "../types.ts";
import { compileRoutes, type RouteMap } from "./compile.ts";
import { LiveRoute } from "./live-route.ts";

/** The routes. */
export class LiveRoutes {
  readonly #byId = new Map<string, LiveRoute>();
  readonly #share: number;
  /** Backends that are gone from the table and still have requests. */
  readonly #leaving = new Set<BackendPool>();
  map: RouteMap<LiveRoute> = compileRoutes<LiveRoute>([]);

  constructor(share: number) {
    this.#share = share;
  }

  all(): Iterable<LiveRoute> {
    return this.#byId.values();
  }

  /** Everything anew. */
  replace(routes: readonly ProxyRoute[], now: number): void {
    const kept = new Set(routes.map((route) => route.id));
    const gone = [...this.#byId.keys()].filter((id) => !kept.has(id));
    this.change(routes, gone, now);
  }

  /** Some of them anew. */
  change(routes: readonly ProxyRoute[], gone: readonly string[], now: number): void {
    for (const id of gone) {
      this.#leave(this.#byId.get(id)?.close() ?? []);
      this.#byId.delete(id);
    }
    let moved = gone.length > 0;
    for (const spec of routes) {
      const route = this.#byId.get(spec.id);
      if (!route) this.#byId.set(spec.id, new LiveRoute(spec, this.#share, now));
      moved ||= !route || route.host !== spec.host || route.path !== spec.path || route.spec.protocol !== spec.protocol;
      if (route) this.#leave(route.update(spec, this.#share, now));
    }
    if (moved) this.map = compileRoutes([...this.#byId.values()].filter(({ spec }) => spec.protocol === "http"));
  }

  /** Those that get nothing new and still have requests. */
  busy(): Extract<ProxyMessage, { readonly kind: "serving" }>["busy"] {
    const open = new Map<string, number>();
    const note = (pool: BackendPool) => open.set(pool.id, (open.get(pool.id) ?? 0) + pool.open);
    for (const pool of this.#leaving) if (pool.open === 0) this.#leaving.delete(pool);
    for (const pool of this.#leaving) note(pool);
    for (const route of this.#byId.values())
      for (const pool of route.pools) if (pool.draining && pool.open > 0) note(pool);
    return [...open].map(([backend, count]) => ({ backend, open: count }));
  }

  /** What was used since the last call. */
  uses(now: number): readonly RouteUse[] {
    const uses: RouteUse[] = [];
    for (const [id, route] of this.#byId) {
      const use = route.use.report(id, now, route.spec.wake?.quietConnectionMs);
      if (use) uses.push(use);
    }
    return uses;
  }

  /** Ends connections to backends that nobody used for a while. */
  sweep(now: number): void {
    for (const route of this.#byId.values()) for (const pool of route.pools) pool.sweep(now);
  }

  #leave(pools: readonly BackendPool[]): void {
    for (const pool of pools) if (pool.open > 0) this.#leaving.add(pool);
  }
}
