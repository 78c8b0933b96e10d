// The benchmark of the proxy: `node bench/proxy.ts [--rounds N] [NAME]…`. Needs nginx and wrk, and installs them when root
// runs it.

import { runMeasures } from "./command-line.ts";
import { proxyLarge, proxyLatency, proxyThroughput } from "./measures/proxy.ts";
import { needPrograms, startServers } from "./proxy/servers.ts";

await runMeasures({ throughput: proxyThroughput, latency: proxyLatency, large: proxyLarge }, async () => {
  needPrograms();
  const servers = await startServers();
  return { where: servers, close: () => servers.close() };
});
