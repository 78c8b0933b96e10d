// The benchmarks of the gateway: `node bench/gateway.ts [--rounds N] [NAME]…`. Needs munge and a built checkout
// (build/modules).

import { runMeasures } from "./command-line.ts";
import { openSite } from "./gateway/site.ts";
import { gatewayList, gatewayLookups, gatewayStorm } from "./measures/gateway.ts";

await runMeasures({ lookups: gatewayLookups, storm: gatewayStorm, list: gatewayList }, async () => {
  const site = await openSite();
  return { where: site, close: () => site.close() };
});
