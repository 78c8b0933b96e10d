// The proxies of a site, connected: what they are told comes from the stacks, what they tell goes to the keeper of use.

import { reasonOf } from "../../base/errors.ts";
import { reachOf } from "../../services/driver/reach.ts";
import type { EngineContainer } from "../../services/engine/types.ts";
import type { IdleKeeper } from "../../services/idle/idle-keeper.ts";
import { endLeftProxies } from "../../services/routes/left-proxies.ts";
import { openRoutes, type Routes } from "../../services/routes/routes.ts";
import type { Stacks } from "../../services/stacks/types.ts";
import type { EngineLink } from "./engine-link.ts";
import type { HouseParts } from "./house.ts";
import { RoutedStacks } from "./routed-stacks.ts";

export interface Proxies {
  readonly routes: Routes;
  /** All containers are known: from now on the table is ours. */
  begin(): Promise<void>;
  close(): Promise<void>;
}

/** Opens them; undefined: the site has none. @throws E_ROUTES_… */
export async function openProxies(
  { config, stateDir, program, store, log }: HouseParts,
  { link, stacks, idle }: { readonly link: EngineLink; readonly stacks: Stacks; readonly idle: IdleKeeper },
): Promise<Proxies | undefined> {
  const { proxy, drainMs } = config();
  if (!proxy) {
    // In the background: they have a moment to come, and nobody waits for that.
    endLeftProxies(stateDir, drainMs).catch((error: unknown) => log.warn(`proxies of before: ${reasonOf(error)}`));
    return undefined;
  }
  const routed = new RoutedStacks({
    ...{ stacks, log, containers: () => link.driver.containers(), onChange: () => routes.changed() },
  });
  const routes: Routes = await openRoutes({
    ...{ config: proxy, stateDir, program, now: store.now, drainMs: () => config().drainMs },
    stacks: () => routed.all(),
    reach: (container, port) => reachOf(container as EngineContainer, port, link.info?.rootless ?? false),
    listener: {
      onWake(route) {
        // Whoever waits learns of a failure from the route's state.
        idle.wakeRoute(route).catch((error: unknown) => log.warn(`waking ${route}: ${reasonOf(error)}`));
      },
      onUse: (proxyName, _at, uses) => idle.traffic(proxyName, uses),
      onGone: (proxyName) => idle.forgetProxy(proxyName),
      onTrouble: (why) => log.warn(why),
    },
  });
  return {
    routes,
    begin: () => routed.open(),
    async close() {
      await routed.close();
      await routes.close();
    },
  };
}
