// The benchmarks of the gateway: `node bench/gateway.ts [--rounds N] [NAME]…` prints Markdown tables; progress goes to
// standard error. Needs munge and a built checkout (build/modules).

import { parseArgs } from "node:util";
import { type GatewaySite, openSite } from "./gateway/site.ts";
import { gatewayList, gatewayLookups, gatewayStorm } from "./measures/gateway.ts";
import { markdown, type Result } from "./table.ts";

const MEASURES: Readonly<Record<string, (site: GatewaySite, rounds: number) => Promise<Result>>> = {
  lookups: gatewayLookups,
  storm: gatewayStorm,
  list: gatewayList,
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string", default: "3" } },
  });
  const unknown = positionals.find((name) => !(name in MEASURES));
  if (unknown) throw new Error(`no measure is called ${unknown}; there are: ${Object.keys(MEASURES).join(", ")}`);
  const site = await openSite();
  try {
    for (const [name, make] of Object.entries(MEASURES)) {
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      process.stderr.write(`${name}\n`);
      process.stdout.write(`${markdown(await make(site, Number(values.rounds)))}\n`);
    }
  } finally {
    await site.close();
  }
}

await main();
