// How long a program takes to start: from the image file (`exec IMAGE true`, image mounted already), and by the
// launcher alone with twelve bind mounts, one at a time and eight at a time.

import { join } from "node:path";
import { runAs } from "../../tests/support/ordinary-user.ts";
import { compete } from "../contest.ts";
import { type Contestant, measure } from "../contestant.ts";
import { freshFolder, type Place } from "../place.ts";
import { BIND_SOURCE, BIND_TARGETS, type Prepared, podmanRun } from "../prepared.ts";
import { median, type Result } from "../table.ts";

const PAYLOAD = "true";

const EXEC: readonly Contestant<Prepared>[] = [
  {
    name: "berth exec image.sif",
    needs: ["berth"],
    server: "squashfuse_ll",
    command: (place, { sif, berthEnv }) => ({ argv: [place.berth, "exec", sif, PAYLOAD], env: berthEnv }),
  },
  {
    name: "ch-run folder",
    needs: ["ch-run"],
    command: (_place, { root }) => ({ argv: ["ch-run", root, "--", PAYLOAD] }),
  },
  {
    name: "bwrap folder",
    needs: ["bwrap"],
    command: (_place, { root }) => ({
      argv: ["bwrap", "--bind", root, "/", "--proc", "/proc", "--dev", "/dev", PAYLOAD],
    }),
  },
  {
    name: "crun bundle",
    needs: ["crun"],
    command: (place, { bundle }) => ({
      argv: [
        "crun",
        "--root",
        freshFolder(place, "crun"),
        "--cgroup-manager",
        "disabled",
        "run",
        "-b",
        bundle,
        "bench",
      ],
    }),
  },
  {
    name: "podman run",
    needs: ["podman"],
    command: (_place, { podman }) => podmanRun(podman, [PAYLOAD]),
  },
  {
    name: "Apptainer exec image",
    needs: ["apptainer"],
    command: (_place, { squashfs }) => ({ argv: ["apptainer", "--silent", "exec", squashfs, PAYLOAD] }),
  },
];

/** `exec IMAGE true`; the image is mounted by a launch before. */
export function execTrue(place: Place, prepared: Prepared, rounds: number): Result {
  const entries = compete(place, EXEC, rounds, (contestant) => {
    const command = contestant.command(place, prepared);
    measure(place, contestant, command);
    return measure(place, contestant, command, { runs: 20 });
  });
  return {
    title: "Start a program from an image (`exec IMAGE true`)",
    columns: ["CPU [ms]", "wall [ms]"],
    rows: entries.map(({ name, absent, costs }) => ({
      name,
      absent,
      figures: [median(costs.flatMap(({ cpu }) => cpu)), median(costs.flatMap(({ wall }) => wall))],
    })),
    notes: [
      `median of ${rounds} × 20 launches; the image is mounted already`,
      "the CPU time of the process that serves the mounted image is charged to berth",
    ],
  };
}

const binds = (flag: string, separator: string | undefined) =>
  BIND_TARGETS.flatMap((target) =>
    separator === undefined ? [flag, BIND_SOURCE, target] : [flag, `${BIND_SOURCE}${separator}${target}`],
  );

const LAUNCH: readonly Contestant<Prepared>[] = [
  {
    name: "berth-launch, image mounted",
    needs: ["berth", "berth-launch"],
    server: "squashfuse_ll",
    command: (place, { sif, berthEnv }) => savedPlan(place, "image.plan", sif, berthEnv),
  },
  {
    name: "berth-launch, folder",
    needs: ["berth", "berth-launch"],
    command: (place, { root, berthEnv }) => savedPlan(place, "folder.plan", root, berthEnv),
  },
  {
    name: "ch-run, folder",
    needs: ["ch-run"],
    command: (_place, { root }) => ({ argv: ["ch-run", ...binds("-b", ":"), root, "--", PAYLOAD] }),
  },
  {
    name: "bwrap, folder",
    needs: ["bwrap"],
    command: (_place, { root }) => ({
      argv: ["bwrap", "--bind", root, "/", "--proc", "/proc", "--dev", "/dev", ...binds("--bind", undefined), PAYLOAD],
    }),
  },
  {
    name: "unshare --user --mount (no container)",
    needs: ["unshare"],
    command: () => ({ argv: ["unshare", "--map-root-user", "--mount", PAYLOAD] }),
  },
];

function savedPlan(place: Place, name: string, image: string, env: Prepared["berthEnv"]) {
  const file = join(place.scratch, name);
  const words = [place.berth, "plan", ...binds("-B", ":"), image, PAYLOAD];
  const made = runAs(place.user, ["sh", "-ec", 'out=$1; shift; exec "$@" >"$out"', "plan", file, ...words], { env });
  if (made.status !== 0) throw new Error(`berth plan: ${made.stderr}`);
  return { argv: [place.launcher, file] };
}

/** The launcher on a saved plan beside other launchers, twelve bind mounts each beyond their defaults. */
export function launchSaved(place: Place, prepared: Prepared, rounds: number): Result {
  const entries = compete(place, LAUNCH, rounds, (contestant) => {
    const command = contestant.command(place, prepared);
    measure(place, contestant, command, { runs: 10 });
    const alone = measure(place, contestant, command, { runs: 100 });
    const crowd = measure(place, contestant, command, { runs: 400, parallel: 8 });
    return { alone, rate: 400 / (crowd.elapsed / 1000) };
  });
  return {
    title: "The launcher alone, twelve bind mounts",
    columns: ["wall [ms]", "CPU [ms]", "launches/s, 8 at a time"],
    rows: entries.map(({ name, absent, costs }) => ({
      name,
      absent,
      figures: [
        median(costs.flatMap(({ alone }) => alone.wall)),
        median(costs.flatMap(({ alone }) => alone.cpu)),
        median(costs.map(({ rate }) => rate)),
      ],
    })),
    notes: [`median of ${rounds} × 100 launches; ${rounds} × 400 launches for the rate`],
  };
}
