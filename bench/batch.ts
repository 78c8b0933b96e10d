// The benchmarks of containers in batch jobs: `node bench/batch.ts [--rounds N] [NAME]…`, as root, prints Markdown tables; progress
// goes to standard error. A peer that is not installed is listed as such.

import { parseArgs } from "node:util";
import { type BatchSite, openBatchSite } from "./batch/site.ts";
import { coldImport } from "./measures/batch-import.ts";
import { nodeSetup } from "./measures/batch-node.ts";
import { ranks } from "./measures/batch-ranks.ts";
import { startPlain, startPrepared } from "./measures/batch-start.ts";
import { type Place, preparePlace } from "./place.ts";
import { markdown, type Result } from "./table.ts";

type Measure = (place: Place, site: BatchSite, rounds: number) => Result | Promise<Result>;

const MEASURES: Readonly<Record<string, Measure>> = {
  start: (place, site, rounds) => startPrepared(place, site, "usual", rounds),
  "start-busy": (place, site, rounds) => startPrepared(place, site, "busy", rounds),
  plain: startPlain,
  node: nodeSetup,
  ranks: (place, _site, rounds) => ranks(place, rounds),
  import: (place, _site, rounds) => coldImport(place, rounds),
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string", default: "3" }, without: { type: "string" } },
  });
  const unknown = positionals.find((name) => !(name in MEASURES));
  if (unknown) throw new Error(`no measure is called ${unknown}; there are: ${Object.keys(MEASURES).join(", ")}`);
  if (process.getuid?.() !== 0) throw new Error("nodes are set up by root: run this as root");
  const place = preparePlace(values.without);
  const site = openBatchSite(place);
  try {
    for (const [name, make] of Object.entries(MEASURES)) {
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      process.stderr.write(`${name}\n`);
      process.stdout.write(`${markdown(await make(place, site, Number(values.rounds)))}\n`);
    }
  } finally {
    site.close();
  }
}

await main();
