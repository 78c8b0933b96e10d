// Where in a state folder the proxies' things lie. Pure.

import { join } from "node:path";

/** Paths of the proxies of a server with this state folder. */
export function proxyPlaces(stateDir: string) {
  const dir = join(stateDir, "proxy");
  return { dir, socket: join(dir, "control.sock"), logFile: join(dir, "proxy.log") };
}
