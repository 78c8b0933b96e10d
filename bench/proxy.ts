// The benchmark of the proxy: `node bench/proxy.ts [--rounds N] [NAME]…` prints Markdown tables; progress goes to standard
// error. Needs nginx and wrk, and installs them when root runs it.

import { parseArgs } from "node:util";
import { proxyLarge, proxyLatency, proxyThroughput } from "./measures/proxy.ts";
import { needPrograms, type Servers, startServers } from "./proxy/servers.ts";
import { markdown, type Result } from "./table.ts";

const MEASURES: Readonly<Record<string, (servers: Servers, rounds: number) => Result>> = {
  throughput: proxyThroughput,
  latency: proxyLatency,
  large: proxyLarge,
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string", default: "3" } },
  });
  const unknown = positionals.find((name) => !(name in MEASURES));
  if (unknown) throw new Error(`no measure is called ${unknown}; there are: ${Object.keys(MEASURES).join(", ")}`);
  needPrograms();
  const servers = await startServers();
  try {
    for (const [name, make] of Object.entries(MEASURES)) {
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      process.stderr.write(`${name}\n`);
      process.stdout.write(`${markdown(make(servers, Number(values.rounds)))}\n`);
    }
  } finally {
    await servers.close();
  }
}

await main();
