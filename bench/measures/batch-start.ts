// `shifter true` after a set-up of the node, beside ch-run with the same folders and files on the same tree; and without a
// set-up, with the processes that it takes.

import { type Made, processesOf } from "../batch/processes.ts";
import { type BatchSite, chRun, type SiteKind } from "../batch/site.ts";
import { compete, type Entry } from "../contest.ts";
import { type Contestant, type Cost, measure } from "../contestant.ts";
import type { Place } from "../place.ts";
import { median, type Result } from "../table.ts";

const JOB = 101;
const PAYLOAD = ["true"];
const ABOUT: Readonly<Record<SiteKind, string>> = {
  usual: "three file systems of the site",
  busy: "twelve file systems and sixteen files for /etc",
};

interface Input {
  readonly site: BatchSite;
  readonly kind: SiteKind;
}

const SHIFTER: Contestant<Input> = {
  name: "berth shifter",
  needs: ["berth"],
  command: (_place, { site, kind }) => site.shifter(JOB, "large", PAYLOAD, kind),
};

const CH_RUN: Contestant<Input> = {
  name: "ch-run folder",
  needs: ["ch-run"],
  command: (_place, { site, kind }) => chRun(site.images.of("large"), site.binds(kind), PAYLOAD),
};

const PREPARED: readonly Contestant<Input>[] = [
  SHIFTER,
  CH_RUN,
  { name: "true (no container)", needs: ["true"], command: () => ({ argv: PAYLOAD }) },
];

interface Figures {
  readonly alone: Cost;
  /** Launches a second, eight at a time. */
  readonly rate: number;
}

/** Starts in a container that is set up. */
export function startPrepared(place: Place, site: BatchSite, kind: SiteKind, rounds: number): Result {
  site.perform(site.setupWords(JOB, "large", kind));
  try {
    const entries = compete(place, PREPARED, rounds, (contestant): Figures => {
      const command = contestant.command(place, { site, kind });
      measure(place, contestant, command, { runs: 20 });
      const alone = measure(place, contestant, command, { runs: 200 });
      const crowd = measure(place, contestant, command, { runs: 400, parallel: 8 });
      return { alone, rate: 400 / (crowd.elapsed / 1000) };
    });
    return {
      title: `\`shifter true\` after the node's set-up: ${ABOUT[kind]}`,
      columns: ["CPU, best [ms]", "CPU, median [ms]", "wall, median [ms]", "starts/s, 8 at a time"],
      rows: entries.map(({ name, absent, costs }) => ({ name, absent, figures: preparedFigures(costs) })),
      notes: [
        `${rounds} × 200 starts, ${rounds} × 400 for the rate; Debian image with 87 entries in /etc`,
        "ch-run has the same image unpacked on disk, and the same folders and files; target of berth: 2.5 ms",
      ],
    };
  } finally {
    site.perform(site.teardownWords(JOB, kind));
  }
}

function preparedFigures(costs: readonly Figures[]): readonly number[] {
  const cpu = costs.flatMap(({ alone }) => alone.cpu);
  const wall = costs.flatMap(({ alone }) => alone.wall);
  return [Math.min(...cpu), median(cpu), median(wall), median(costs.map(({ rate }) => rate))];
}

const PLAIN: readonly Contestant<Input>[] = [
  { ...SHIFTER, server: "squashfuse_ll" },
  CH_RUN,
  {
    name: "podman run --rootfs",
    needs: ["podman"],
    command: (place, { site }) => ({
      argv: [
        ...["podman", "--root", `${place.scratch}/podman-root`, "--runroot", `${place.scratch}/podman-run`],
        ...["--cgroup-manager", "cgroupfs", "run", "--rm", "--cgroups", "disabled", "--network", "host"],
        ...site.binds("usual").flatMap((bind) => ["--volume", bind]),
        ...["--rootfs", site.images.of("large").tree, ...PAYLOAD],
      ],
      env: { XDG_RUNTIME_DIR: place.scratch },
    }),
  },
];

/** Starts without a set-up; the image is mounted by a start before. */
export function startPlain(place: Place, site: BatchSite, rounds: number): Result {
  const made = new Map<string, Made>();
  const entries = compete(place, PLAIN, rounds, (contestant) => {
    const command = contestant.command(place, { site, kind: "usual" });
    measure(place, contestant, command);
    if (!made.has(contestant.name)) made.set(contestant.name, processesOf(place, contestant, command));
    return measure(place, contestant, command, { runs: 20 });
  });
  return {
    title: "`shifter true` without a set-up, image mounted",
    columns: ["CPU, best [ms]", "CPU, median [ms]", "wall, median [ms]", "processes", "threads", "programs"],
    rows: entries.map((entry) => ({ name: entry.name, absent: entry.absent, figures: plainFigures(entry, made) })),
    notes: [
      `${rounds} × 20 starts; Debian image with 87 entries in /etc; targets of berth: 20 ms and 6 processes`,
      "processes and threads are those made beside the first process, programs those executed in turn, counted by strace",
      "the CPU time of the process that serves the mounted image is charged to berth",
    ],
  };
}

function plainFigures({ name, costs }: Entry<Cost>, made: ReadonlyMap<string, Made>): readonly number[] {
  const cpu = costs.flatMap((cost) => cost.cpu);
  const { processes = Number.NaN, threads = Number.NaN, programs = Number.NaN } = made.get(name) ?? {};
  return [Math.min(...cpu), median(cpu), median(costs.flatMap(({ wall }) => wall)), processes, threads, programs];
}
