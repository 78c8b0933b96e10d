// The benchmarks of containers in batch jobs: `node bench/batch.ts [--rounds N] [--without PATTERN] [NAME]…`, as root. A peer
// that is not installed is listed as such.

import { type BatchSite, openBatchSite } from "./batch/site.ts";
import { runMeasures } from "./command-line.ts";
import { coldImport } from "./measures/batch-import.ts";
import { nodeSetup } from "./measures/batch-node.ts";
import { ranks } from "./measures/batch-ranks.ts";
import { startPlain, startPrepared } from "./measures/batch-start.ts";
import { type Place, preparePlace } from "./place.ts";

interface Node {
  readonly place: Place;
  readonly site: BatchSite;
}

await runMeasures<Node>(
  {
    start: ({ place, site }, rounds) => startPrepared(place, site, "usual", rounds),
    "start-busy": ({ place, site }, rounds) => startPrepared(place, site, "busy", rounds),
    plain: ({ place, site }, rounds) => startPlain(place, site, rounds),
    node: ({ place, site }, rounds) => nodeSetup(place, site, rounds),
    ranks: ({ place }, rounds) => ranks(place, rounds),
    import: ({ place }, rounds) => coldImport(place, rounds),
  },
  (without) => {
    if (process.getuid?.() !== 0) throw new Error("nodes are set up by root: run this as root");
    const place = preparePlace(without);
    const site = openBatchSite(place);
    return { where: { place, site }, close: () => site.close() };
  },
);
