// A server's half of the proxies, as a process that a test can kill: opens the socket, starts the proxies, tells them its
// routes, says so on its output, and stays.

import { ProxyControl } from "../../src/services/routes/proxy-control.ts";
import { type FleetOptions, ProxyFleet } from "../../src/services/routes/proxy-fleet.ts";
import type { TableContent } from "../../src/services/routes/table-log.ts";

interface Doom {
  readonly socket: string;
  readonly options: FleetOptions;
  readonly table: TableContent;
}

const { socket, options, table } = JSON.parse(process.argv[2] ?? "") as Doom;
const control = new ProxyControl({ onWake: () => undefined, onUse: () => undefined });
await control.open(socket);
const fleet = new ProxyFleet(control, options);
const version = control.publish(table);
const say = () => {
  if (!fleet.whole || !control.isQuiet(version, [])) return;
  unwatch();
  process.stdout.write(`${JSON.stringify(control.proxies().map(({ pid }) => pid))}\n`);
};
const unwatch = control.watch(say);
