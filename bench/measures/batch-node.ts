// Setting a container up on a node and taking it down, with a small image and a large one, beside mounting and unmounting the
// large one and nothing else.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ImageSize } from "../batch/images.ts";
import { type Made, processesOf } from "../batch/processes.ts";
import type { BatchSite } from "../batch/site.ts";
import { compete } from "../contest.ts";
import { type Contestant, type Cost, measure } from "../contestant.ts";
import type { Place } from "../place.ts";
import { median, type Result } from "../table.ts";

interface Input {
  readonly site: BatchSite;
  readonly job: number;
  readonly way: "up" | "down";
}

const berth = (size: ImageSize, about: string): Contestant<Input> => ({
  name: `berth node, ${about}`,
  needs: ["berth"],
  asRoot: true,
  command: (_place, { site, job, way }) => ({
    argv: way === "up" ? site.setupWords(job, size) : site.teardownWords(job),
  }),
});

const CONTESTANTS: readonly Contestant<Input>[] = [
  berth("small", "image of 1 MB, 1 entry in /etc"),
  berth("large", "image of 1.46 GB, 87 entries in /etc"),
  {
    name: "mount and umount of the large image, nothing else",
    needs: ["mount"],
    asRoot: true,
    command: (_place, { site, way }) => {
      const folder = join(site.dir, "mounted");
      if (way === "down") return { argv: ["umount", folder] };
      mkdirSync(folder, { recursive: true });
      return {
        argv: ["mount", "-t", "squashfs", "-o", "loop,ro,nosuid,nodev", site.images.of("large").squashfs, folder],
      };
    },
  },
];

const PAIRS = 10;

interface PairCost {
  readonly up: Cost;
  readonly down: Cost;
}

/** Set-up and teardown. */
export function nodeSetup(place: Place, site: BatchSite, rounds: number): Result {
  const made = new Map<string, Made>();
  let job = 1000;
  const entries = compete(place, CONTESTANTS, rounds, (contestant): readonly PairCost[] => {
    if (!made.has(contestant.name)) made.set(contestant.name, counted(place, site, contestant, job++));
    return Array.from({ length: PAIRS }, () => {
      const input = { site, job: job++ };
      const go = (way: Input["way"]) => measure(place, contestant, contestant.command(place, { ...input, way }));
      return { up: go("up"), down: go("down") };
    });
  });
  return {
    title: "Set-up and teardown of a node",
    columns: ["set-up, CPU [ms]", "wall [ms]", "processes", "teardown, CPU [ms]", "wall [ms]"],
    rows: entries.map(({ name, absent, costs }) => ({
      name,
      absent,
      figures: figures(costs.flat(), made.get(name)),
    })),
    notes: [
      `medians of ${rounds} × ${PAIRS}; three file systems of the site; targets: 60 and 40 ms, whatever the image`,
      "processes are those made beside the first",
    ],
  };
}

function counted(place: Place, site: BatchSite, contestant: Contestant<Input>, job: number): Made {
  const made = processesOf(place, contestant, contestant.command(place, { site, job, way: "up" }));
  site.perform(contestant.command(place, { site, job, way: "down" }).argv);
  return made;
}

function figures(costs: readonly PairCost[], made: Made | undefined): readonly number[] {
  const of = (which: keyof PairCost, what: "cpu" | "wall") => median(costs.flatMap((cost) => cost[which][what]));
  return [of("up", "cpu"), of("up", "wall"), made?.processes ?? Number.NaN, of("down", "cpu"), of("down", "wall")];
}
