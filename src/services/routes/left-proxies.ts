// Proxies outlive their server. When the next one is to have none, they must be told, or they hold their ports with the
// table of before for ever.

import { existsSync } from "node:fs";
import { ProxyControl } from "./proxy-control.ts";
import { proxyPlaces } from "./proxy-places.ts";

/** Tells the proxies that a server before this one left to end, and waits for none of them. @throws E_ROUTES_SOCKET */
export async function endLeftProxies(stateDir: string, withinMs: number): Promise<void> {
  const { logFile, socket } = proxyPlaces(stateDir);
  // There never was one.
  if (!existsSync(logFile)) return;
  const control = new ProxyControl({ onWake: () => undefined, onUse: () => undefined });
  await control.open(socket);
  await control.adopted();
  for (const { pid } of control.proxies()) control.drainProxy(pid, withinMs);
  await control.close();
}
