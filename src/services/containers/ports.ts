// Which published port is shown as which (spec/services.md 1.5, port choice). Pure.

import { isIPv6 } from "node:net";
import type { PublishedPort } from "../engine/types.ts";
import type { SpinPorts } from "./record.ts";

const SSH = 22;

/**
 * Port 22 is for ssh; of the others the lowest TCP port is the application's, so that the answer never varies. A number is
 * that of IPv4 where there is one.
 */
export function spinPorts(published: readonly PublishedPort[]): SpinPorts {
  // Engines publish a port once for each family of addresses, where the numbers may differ: the last one named here stays.
  const byFamily = [...published].sort((a, b) => Number(isIPv6(b.address)) - Number(isIPv6(a.address)));
  const once = new Map(byFamily.map((port) => [`${port.container}/${port.protocol}`, port]));
  const sorted = [...once.values()].sort(
    (a, b) => Number(a.protocol === "udp") - Number(b.protocol === "udp") || a.container - b.container,
  );
  const ssh = sorted.find(({ container, protocol }) => container === SSH && protocol === "tcp");
  const [app, ...rest] = sorted.filter((port) => port !== ssh);
  const others = Object.fromEntries(rest.map(({ container, protocol, host }) => [`${container}/${protocol}`, host]));
  return { ssh: ssh?.host, app: app?.host, others };
}
