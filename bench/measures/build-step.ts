// What a RUN step costs beside its program: ten steps that write a small file each, less a build that finds them all in
// its cache, by ten. On a large base and on a tiny one: the base's size must not matter.

import { BERTH_LAYOUT, BUILDAH, type BuildJob, PODMAN } from "../builders.ts";
import { compete } from "../contest.ts";
import { measure } from "../contestant.ts";
import { freshFolder, type Place, removeFolder } from "../place.ts";
import { newSteps, STEPS } from "../recipes.ts";
import type { BenchRegistry } from "../registry.ts";
import { median, type Result } from "../table.ts";

/** The base is in the contestant's storage, and was built on before. */
export function stepOverhead(place: Place, registry: BenchRegistry, rounds: number): Result {
  const large = onBase(place, `${registry.host}/science:latest`, rounds);
  const tiny = onBase(place, `${registry.host}/tiny:latest`, rounds);
  return {
    title: "A RUN step's own overhead",
    columns: ["CPU, large base [ms]", "wall, large base [ms]", "CPU, tiny base [ms]", "wall, tiny base [ms]"],
    rows: large.map(({ name, absent, costs }, index) => ({
      name,
      absent,
      figures: [costs, tiny[index]?.costs ?? []].flatMap((figures) => [
        median(figures.map(({ cpu }) => cpu)),
        median(figures.map(({ wall }) => wall)),
      ]),
    })),
    notes: [
      `median of ${rounds} builds with ${STEPS} new RUN steps, less the same build with all of them in the cache, by ${STEPS}`,
      `the large base has ${(place.unpackedBytes / 1e9).toFixed(2)} GB, the tiny one 2 MB`,
    ],
  };
}

function onBase(place: Place, base: string, rounds: number) {
  const jobs = new Map<string, string>();
  const entries = compete<BuildJob, { readonly cpu: number; readonly wall: number }>(
    place,
    [BERTH_LAYOUT, BUILDAH, PODMAN],
    rounds,
    (contestant) => {
      const known = jobs.get(contestant.name);
      const folder = known ?? freshFolder(place, `build-${jobs.size}`);
      jobs.set(contestant.name, folder);
      const build = () => contestant.command(place, { folder, context: newSteps(place, base) });
      if (!known) measure(place, contestant, build());
      const command = build();
      const first = measure(place, contestant, command);
      const second = measure(place, contestant, command);
      const perStep = (kind: "cpu" | "wall") => ((first[kind][0] ?? 0) - (second[kind][0] ?? 0)) / STEPS;
      return { cpu: perStep("cpu"), wall: perStep("wall") };
    },
  );
  for (const folder of jobs.values()) removeFolder(folder);
  return entries;
}
