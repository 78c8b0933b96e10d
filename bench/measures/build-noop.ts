// A Dockerfile of twenty steps built once more when nothing has changed: what a build costs that has nothing to do.

import { BERTH_LAYOUT, BERTH_SIF, BUILDAH, type BuildJob, docker, PODMAN } from "../builders.ts";
import { compete } from "../contest.ts";
import { measure } from "../contestant.ts";
import { startDocker } from "../docker-engine.ts";
import { freshFolder, type Place, removeFolder } from "../place.ts";
import { twentySteps } from "../recipes.ts";
import type { BenchRegistry } from "../registry.ts";
import { median, type Result } from "../table.ts";

const REPEATS = 5;

/** The target is there from the build before. */
export async function noopRebuild(place: Place, registry: BenchRegistry, rounds: number): Promise<Result> {
  const context = twentySteps(place, `${registry.host}/science:latest`);
  const engine = await startDocker(place);
  const contestants = [BERTH_SIF, BERTH_LAYOUT, BUILDAH, PODMAN, docker(engine)];
  const built = new Map<string, BuildJob>();
  try {
    const rows = compete(place, contestants, rounds, (contestant) => {
      const known = built.get(contestant.name);
      const job = known ?? { folder: freshFolder(place, `build-${built.size}`), context };
      built.set(contestant.name, job);
      const command = contestant.command(place, job);
      if (!known) measure(place, contestant, command);
      return measure(place, contestant, command, { runs: REPEATS });
    });
    return {
      title: "Build a Dockerfile of twenty steps once more, nothing changed",
      columns: ["wall [ms]", "CPU [ms]"],
      rows: rows.map(({ name, absent, costs }) => ({
        name,
        absent,
        figures: [median(costs.flatMap(({ wall }) => wall)), median(costs.flatMap(({ cpu }) => cpu))],
      })),
      notes: [
        `median of ${rounds} × ${REPEATS} builds on a base of ${(place.unpackedBytes / 1e9).toFixed(2)} GB, two stages, a context of a hundred files`,
        "berth asks the registry once whether the base is still the same, and leaves a target that is up to date as it is",
      ],
    };
  } finally {
    if ("stop" in engine) await engine.stop();
    for (const { folder } of built.values()) removeFolder(folder);
  }
}
