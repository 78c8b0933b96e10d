// A thousand ranks on a cluster of three nodes, all on this machine, eight at a time on each: started by a loop inside one step, and
// by srun in steps of twenty-four; beside ch-run and beside the same without a container.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { obstacle, openSite, type Site } from "../../tests/slurm/site.ts";
import { batchImages } from "../batch/images.ts";
import { absence, type Contestant } from "../contestant.ts";
import type { Place } from "../place.ts";
import { median, type Result } from "../table.ts";

const NODES = 3;
const AT_A_TIME = 8;
const LOOP = 334;
const STEPS = 42;
const IMAGE = "lab/ranks:1";

interface Input {
  readonly site: Site;
}

const CONTESTANTS: readonly Contestant<Input>[] = [
  { name: "berth shifter true", needs: ["berth"], command: (place) => ({ argv: [shifter(place), "true"] }) },
  {
    name: "ch-run folder true",
    needs: ["ch-run"],
    command: (place) => ({ argv: ["ch-run", batchImages(place).of("small").tree, "--", "true"] }),
  },
  { name: "true (no container)", needs: ["true"], command: () => ({ argv: ["true"] }) },
];

const shifter = (place: Place) => join(dirname(place.berth), "shifter");

interface Figures {
  /** Starts a second of all nodes together. */
  readonly loop: number;
  /** Milliseconds of CPU time of each start. */
  readonly cpu: number;
  readonly steps: number;
}

/** Starts the ranks. */
export async function ranks(place: Place, rounds: number): Promise<Result> {
  if (obstacle !== undefined) throw new Error(`no cluster can be started here: ${obstacle}`);
  const entries = CONTESTANTS.map((contestant) => ({ contestant, costs: [] as Figures[] }));
  const absent = new Map(CONTESTANTS.map((contestant) => [contestant.name, absence(place, contestant)]));
  const site = await openSite();
  try {
    await site.image(IMAGE, []);
    for (let round = 0; round < rounds; round++)
      for (const { contestant, costs } of entries)
        if (absent.get(contestant.name) === undefined) costs.push(await once(place, site, contestant));
  } finally {
    await site.stop();
  }
  return {
    title: "1,000 ranks on three nodes of a test cluster, eight at a time on each",
    columns: ["starts/s, loop in a step", "CPU of a start [ms]", "starts/s, srun steps of 24 ranks"],
    rows: entries.map(({ contestant: { name }, costs }) => ({
      name,
      absent: absent.get(name),
      figures: (["loop", "cpu", "steps"] as const).map((what) => median(costs.map((cost) => cost[what]))),
    })),
    notes: [
      `${rounds} × ${NODES * LOOP} ranks by each way; the nodes, Slurm's controller and munge share this machine's cores`,
      "what srun itself takes for a step shows in the last line; target of berth: 300 starts/s",
    ],
  };
}

async function once(place: Place, site: Site, contestant: Contestant<Input>): Promise<Figures> {
  const words = contestant.command(place, { site }).argv.join(" ");
  const work = site.cluster.folder;
  const loop = `${place.measure} ${work}/cost.$SLURMD_NODENAME ${LOOP} ${AT_A_TIME} 0 ${words}`;
  const lines = [
    "#!/bin/sh",
    `srun --ntasks=${NODES} --ntasks-per-node=1 sh -c '${loop}' || exit`,
    "from=$(date +%s%N)",
    `for step in $(seq ${STEPS}); do srun ${words} || exit; done`,
    "echo $(($(date +%s%N) - from))",
  ];
  const flags = [`--nodes=${NODES}`, `--ntasks-per-node=${AT_A_TIME}`, `--image=docker:${IMAGE}`];
  const { status, stdout, stderr } = await site.cluster.jobs.batch(flags, `${lines.join("\n")}\n`, { env: site.env });
  if (status !== 0) throw new Error(`the job of ${contestant.name} ended with ${status}: ${stderr}`);
  await site.cluster.quiet();
  const costs = site.cluster.nodes.map(
    ({ name }) => JSON.parse(readFileSync(join(work, `cost.${name}`), "utf8")) as LoopCost,
  );
  const slowest = Math.max(...costs.map(({ elapsedNs }) => elapsedNs));
  const cpu = costs.reduce((sum, { cpuNs }) => sum + (cpuNs[0] ?? 0), 0);
  const starts = NODES * LOOP;
  return {
    loop: starts / (slowest / 1e9),
    cpu: cpu / starts / 1e6,
    steps: (NODES * AT_A_TIME * STEPS) / (Number(stdout) / 1e9),
  };
}

interface LoopCost {
  readonly elapsedNs: number;
  readonly cpuNs: readonly number[];
}
