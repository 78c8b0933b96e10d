// Where this machine reaches a port of a container: at its address in the engine's network, or, when the engine is
// rootless and there is no way there, at a port that is published for this machine only. Pure.

import type { EngineContainer } from "../engine/types.ts";

/** Address and port; undefined: it cannot be reached (now). */
export function reachOf(
  container: EngineContainer,
  port: number,
  byPort: boolean,
): { readonly host: string; readonly port: number } | undefined {
  const published = container.ports.find((one) => one.container === port && one.protocol === "tcp");
  if (byPort) return published && { host: localAddress(published.address), port: published.host };
  const address = Object.values(container.addresses).find((one) => one !== "");
  if (address !== undefined) return { host: address, port };
  return published && { host: localAddress(published.address), port: published.host };
}

function localAddress(address: string): string {
  return address === "" || address === "0.0.0.0" || address === "::" ? "127.0.0.1" : address;
}
