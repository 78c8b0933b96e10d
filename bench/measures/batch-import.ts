// `import scipy.stats` from an image on a node that has read nothing of it yet, beside the same files unpacked on the same disk:
// what is read from the disk, and the CPU time of the first time and of later ones.

import { chmodSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runAs } from "../../tests/support/ordinary-user.ts";
import { attachDisk, type Disk, dropCaches } from "../batch/disk.ts";
import { batchImages } from "../batch/images.ts";
import { type BatchSite, openBatchSite } from "../batch/site.ts";
import { compete } from "../contest.ts";
import { type Command, type Contestant, type Cost, measure } from "../contestant.ts";
import { freshFolder, type Place } from "../place.ts";
import { median, type Result } from "../table.ts";

const PAYLOAD = ["/usr/bin/python3", "-c", "import scipy.stats"];
const [SET_UP, NOT_SET_UP] = [301, 302];

interface Input {
  readonly site: BatchSite;
  readonly disk: Disk;
  /** A run-time folder in which no image is mounted yet. */
  readonly run: string;
}

interface ColdContestant extends Contestant<Input> {
  /** Done on the cold node before the start, and undone after the last. */
  readonly setUp?: boolean;
}

const CONTESTANTS: readonly ColdContestant[] = [
  {
    name: "berth shifter, node set up",
    needs: ["berth"],
    setUp: true,
    command: (_place, { site }) => site.shifter(SET_UP, "large", PAYLOAD),
  },
  {
    name: "berth shifter, no set-up",
    needs: ["berth", "squashfuse_ll", "fuser"],
    command: (_place, { site, run }) => {
      const { argv, env } = site.shifter(NOT_SET_UP, "large", PAYLOAD);
      return { argv, env: { ...env, BERTH_RUNTIMEDIR: run } };
    },
  },
  {
    name: "the same files on disk (ch-run)",
    needs: ["ch-run"],
    command: (_place, { disk }) => ({ argv: ["ch-run", disk.tree, "--", ...PAYLOAD] }),
  },
  {
    name: "the same files on disk (unshare)",
    needs: ["unshare"],
    command: (_place, { disk }) => ({ argv: ["unshare", "--map-root-user", "--root", disk.tree, ...PAYLOAD] }),
  },
];

interface Figures {
  readonly bytes: number;
  readonly cold: Cost;
  readonly warm: Cost;
}

/** The first import and later ones. */
export function coldImport(place: Place, rounds: number): Result {
  const image = batchImages(place).of("large");
  const disk = attachDisk(place, image, `/run/berth-bench-disk-${process.pid}`);
  const site = openBatchSite(place, disk.images);
  try {
    const entries = compete(place, CONTESTANTS, rounds, (contestant) => once(place, contestant, { site, disk }));
    return {
      title: "`import scipy.stats` on a node that has read nothing yet",
      columns: ["read [MB]", "first, CPU [ms]", "first, wall [ms]", "later, CPU [ms]", "later, wall [ms]"],
      rows: entries.map(({ name, absent, costs }) => ({
        name,
        absent,
        figures: [
          median(costs.map(({ bytes }) => bytes / 1e6)),
          ...[median(costs.flatMap(({ cold }) => cold.cpu)), median(costs.flatMap(({ cold }) => cold.wall))],
          ...[median(costs.flatMap(({ warm }) => warm.cpu)), median(costs.flatMap(({ warm }) => warm.wall))],
        ],
      })),
      notes: [
        `medians of ${rounds} first and ${rounds} × ${LATER} later starts, all caches dropped before each first one`,
        "read from a disk of its own (ext4), on which the image's file and the unpacked files lie; the set-up's reading is counted",
        "the first CPU time holds that of the kernel's workers, who read from the disk: of the whole machine, which must be idle",
      ],
    };
  } finally {
    site.close();
    disk.detach();
  }
}

const LATER = 5;

function once(place: Place, contestant: ColdContestant, around: Omit<Input, "run">): Figures {
  const { site, disk } = around;
  const run = freshFolder(place, "cold-run");
  chmodSync(run, 0o700);
  const command: Command = contestant.command(place, { ...around, run });
  dropCaches();
  const before = disk.readBytes();
  try {
    if (contestant.setUp) site.perform(site.setupWords(SET_UP, "large"));
    const cold = measure(place, { ...contestant, server: "kworker" }, command);
    const bytes = disk.readBytes() - before;
    return { bytes, cold, warm: measure(place, contestant, command, { runs: LATER }) };
  } finally {
    if (contestant.setUp) site.perform(site.teardownWords(SET_UP));
    endMounts(place, run);
  }
}

// Shared mounts last some minutes beyond their last use; the disk is wanted back at once.
function endMounts(place: Place, run: string): void {
  const folder = join(run, "mnt");
  const locks = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".lock")) : [];
  for (const lock of locks) runAs(place.user, ["fuser", "-k", "-TERM", join(folder, lock)]);
}
