// The benchmarks: berth beside its peers, in one run on one machine. `node bench/main.ts [--rounds N] [--without PATTERN] [NAME]…`
// prints Markdown tables; progress goes to standard error. A peer that is not installed is listed as such.

import { parseArgs } from "node:util";
import { fromDefinition } from "./measures/build-definition.ts";
import { noopRebuild } from "./measures/build-noop.ts";
import { stepOverhead } from "./measures/build-step.ts";
import { coldPull, repeatPull, secondPull } from "./measures/pull.ts";
import { residentMemory } from "./measures/resident.ts";
import { execTrue, launchSaved } from "./measures/start.ts";
import { type Place, preparePlace } from "./place.ts";
import { type Prepared, prepare } from "./prepared.ts";
import { type BenchRegistry, startRegistry } from "./registry.ts";
import { markdown, type Result } from "./table.ts";

interface Surroundings {
  readonly place: Place;
  readonly registry: BenchRegistry;
  readonly rounds: number;
  /** Made at the first call. */
  prepared(): Prepared;
}

const MEASURES: Readonly<Record<string, (around: Surroundings) => Result | Promise<Result>>> = {
  "pull-gzip": ({ place, registry, rounds }) => coldPull(place, registry, "science", { rounds }),
  "pull-zstd": ({ place, registry, rounds }) => coldPull(place, registry, "science-zstd", { rounds }),
  "pull-second": ({ place, registry, rounds }) => secondPull(place, registry, { rounds }),
  "pull-repeat": ({ place, registry, rounds }) => repeatPull(place, registry, { rounds }),
  exec: ({ place, rounds, prepared }) => execTrue(place, prepared(), rounds),
  launch: ({ place, rounds, prepared }) => launchSaved(place, prepared(), rounds),
  resident: ({ place, prepared }) => residentMemory(place, prepared()),
  "build-noop": ({ place, registry, rounds }) => noopRebuild(place, registry, rounds),
  "build-step": ({ place, registry, rounds }) => stepOverhead(place, registry, rounds),
  "build-definition": ({ place, registry, rounds }) => fromDefinition(place, registry, rounds),
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string", default: "3" }, without: { type: "string" } },
  });
  const unknown = positionals.find((name) => !(name in MEASURES));
  if (unknown) throw new Error(`no measure is called ${unknown}; there are: ${Object.keys(MEASURES).join(", ")}`);
  const place = preparePlace(values.without);
  const registry = await startRegistry(place);
  let made: Prepared | undefined;
  const prepared = () => {
    made ??= prepare(place, registry);
    return made;
  };
  try {
    for (const [name, make] of Object.entries(MEASURES)) {
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      process.stderr.write(`${name}\n`);
      process.stdout.write(`${markdown(await make({ place, registry, prepared, rounds: Number(values.rounds) }))}\n`);
    }
  } finally {
    registry.stop();
  }
}

await main();
