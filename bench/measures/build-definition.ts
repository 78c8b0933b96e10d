// A definition file on a large base that is in the cache, to an image file: its script adds about a tenth to the base.

import { join } from "node:path";
import { berthFolders } from "../builders.ts";
import { compete } from "../contest.ts";
import { type Contestant, measure } from "../contestant.ts";
import { freshFolder, type Place, removeFolder } from "../place.ts";
import { newDefinition } from "../recipes.ts";
import type { BenchRegistry } from "../registry.ts";
import { median, type Result } from "../table.ts";

interface DefinitionJob {
  /** Kept while the measure lasts: the cache, and what comes out. */
  readonly folder: string;
  readonly recipe: string;
  /** Flags and target; the first build, which fetches the base, makes a folder, since that is enough for it. */
  readonly target: readonly string[];
}

const CONTESTANTS: readonly Contestant<DefinitionJob>[] = [
  {
    name: "berth build",
    needs: ["berth"],
    command: ({ berth }, { folder, recipe, target }) => ({
      argv: [berth, "--silent", "build", "--force", ...target, recipe],
      env: berthFolders(folder),
    }),
  },
  {
    name: "Apptainer build",
    needs: ["apptainer"],
    command: (_place, { folder, recipe, target }) => ({
      argv: ["apptainer", "--silent", "build", "--force", "--no-https", ...target, recipe],
      env: { APPTAINER_CACHEDIR: join(folder, "cache"), APPTAINER_TMPDIR: folder },
    }),
  },
];

/** Each round runs the script anew; only the base is cached. */
export function fromDefinition(place: Place, registry: BenchRegistry, rounds: number): Result {
  const folders = new Map<string, string>();
  const rows = compete(place, CONTESTANTS, rounds, (contestant) => {
    const known = folders.get(contestant.name);
    const folder = known ?? freshFolder(place, `build-${folders.size}`);
    folders.set(contestant.name, folder);
    const build = (target: readonly string[]) =>
      contestant.command(place, { folder, target, recipe: newDefinition(place, registry.host) });
    if (!known) measure(place, contestant, build(["--sandbox", join(folder, "first")]));
    return measure(place, contestant, build([join(folder, "out.sif")]), { sample: 20 });
  });
  for (const folder of folders.values()) removeFolder(folder);
  return {
    title: "Build a definition file from a cached base to an image file",
    columns: ["CPU [s]", "wall [s]", "peak memory [MB]"],
    rows: rows.map(({ name, absent, costs }) => ({
      name,
      absent,
      figures: [
        median(costs.map(({ cpu }) => cpu.reduce((sum, ms) => sum + ms, 0) / 1000)),
        median(costs.map(({ elapsed }) => elapsed / 1000)),
        median(costs.map(({ peakMemory }) => peakMemory / 1e6)),
      ],
    })),
    notes: [
      `the base has ${(place.unpackedBytes / 1e9).toFixed(2)} GB of files, the script adds 0.1 GB; median of ${rounds}`,
    ],
  };
}
