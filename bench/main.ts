// The benchmarks: berth beside its peers, in one run on one machine. `node bench/main.ts [--rounds N] [--without PATTERN] [NAME]…`;
// a peer that is not installed is listed as such.

import { runMeasures } from "./command-line.ts";
import { fromDefinition } from "./measures/build-definition.ts";
import { noopRebuild } from "./measures/build-noop.ts";
import { stepOverhead } from "./measures/build-step.ts";
import { coldPull, repeatPull, secondPull } from "./measures/pull.ts";
import { residentMemory } from "./measures/resident.ts";
import { execTrue, launchSaved } from "./measures/start.ts";
import { type Place, preparePlace } from "./place.ts";
import { type Prepared, prepare } from "./prepared.ts";
import { type BenchRegistry, startRegistry } from "./registry.ts";

interface Machine {
  readonly place: Place;
  readonly registry: BenchRegistry;
  /** Made at the first call. */
  prepared(): Prepared;
}

await runMeasures<Machine>(
  {
    "pull-gzip": ({ place, registry }, rounds) => coldPull(place, registry, "science", { rounds }),
    "pull-zstd": ({ place, registry }, rounds) => coldPull(place, registry, "science-zstd", { rounds }),
    "pull-second": ({ place, registry }, rounds) => secondPull(place, registry, { rounds }),
    "pull-repeat": ({ place, registry }, rounds) => repeatPull(place, registry, { rounds }),
    exec: ({ place, prepared }, rounds) => execTrue(place, prepared(), rounds),
    launch: ({ place, prepared }, rounds) => launchSaved(place, prepared(), rounds),
    resident: ({ place, prepared }) => residentMemory(place, prepared()),
    "build-noop": ({ place, registry }, rounds) => noopRebuild(place, registry, rounds),
    "build-step": ({ place, registry }, rounds) => stepOverhead(place, registry, rounds),
    "build-definition": ({ place, registry }, rounds) => fromDefinition(place, registry, rounds),
  },
  async (without) => {
    const place = preparePlace(without);
    const registry = await startRegistry(place);
    let made: Prepared | undefined;
    const prepared = () => {
      made ??= prepare(place, registry);
      return made;
    };
    return { where: { place, registry, prepared }, close: () => registry.stop() };
  },
);
