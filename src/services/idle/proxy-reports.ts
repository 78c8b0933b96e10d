// What the proxies say of the use of routes, brought to the services that the routes lead to.

import type { RouteUse } from "../../proxy/types.ts";
import type { Traffic } from "./decide.ts";
import type { KnownService } from "./known-service.ts";
import type { KnownServices } from "./known-services.ts";

/** Reports of all proxies. */
export class ProxyReports {
  readonly #services: Pick<KnownServices, "get" | "all">;
  readonly #spoke = new Map<string, number>();
  /** The services that a proxy named last. */
  readonly #named = new Map<string, ReadonlyMap<KnownService, Traffic>>();

  constructor(services: Pick<KnownServices, "get" | "all">) {
    this.#services = services;
  }

  /** When each proxy last spoke, seconds since 1970. */
  get spoke(): ReadonlyMap<string, number> {
    return this.#spoke;
  }

  /** A proxy spoke; what it does not name is not in use there. */
  take(proxy: string, at: number, routes: readonly RouteUse[]): void {
    this.#spoke.set(proxy, at);
    const sums = new Map<KnownService, Traffic>();
    for (const { route, open, lastUse: said } of routes) {
      // Proxies have the machine's clock, which may be set already: nothing was used after now.
      const lastUse = Math.min(said, at);
      const [stack = "", service = ""] = route.split("/");
      const known = this.#services.get(stack, service);
      if (!known) continue;
      const sum = sums.get(known);
      sums.set(known, { at, open: open + (sum?.open ?? 0), lastUse: Math.max(lastUse, sum?.lastUse ?? 0) });
    }
    for (const [known, traffic] of sums) known.seeTraffic(proxy, traffic);
    for (const [known, before] of this.#named.get(proxy) ?? [])
      if (!sums.has(known)) known.seeTraffic(proxy, { at, open: 0, lastUse: before.lastUse });
    this.#named.set(proxy, sums);
  }

  /** A proxy ended. */
  forget(proxy: string): void {
    this.#spoke.delete(proxy);
    this.#named.delete(proxy);
    for (const known of this.#services.all()) known.forgetProxy(proxy);
  }

  /** Proxies that have said nothing since `moment` are gone. */
  forgetSilent(moment: number): void {
    for (const [proxy, at] of this.#spoke) if (at < moment) this.forget(proxy);
  }

  /** The clock was set. */
  moveTimes(seconds: number): void {
    for (const [proxy, at] of this.#spoke) this.#spoke.set(proxy, at + seconds);
    const moved = (time: number) => (time > 0 ? time + seconds : time);
    for (const [proxy, named] of this.#named) {
      const then = [...named].map(([known, { open, lastUse, at }]) => {
        return [known, { open, lastUse: moved(lastUse), at: moved(at) }] as const;
      });
      this.#named.set(proxy, new Map(then));
    }
  }
}
