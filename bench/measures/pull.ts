// Pull and convert from a registry on the loopback: a cold cache (gzip and zstd layers), a second image that shares
// all but a small layer, and an unchanged tag once more.

import { join } from "node:path";
import { compete } from "../contest.ts";
import { type Command, type Contestant, type Cost, measure } from "../contestant.ts";
import { freshFolder, type Place, removeFolder } from "../place.ts";
import type { BenchRegistry } from "../registry.ts";
import { median, type Result } from "../table.ts";

/** One image to fetch into a folder that keeps the contestant's cache. */
interface Job {
  readonly folder: string;
  readonly registry: BenchRegistry;
  readonly repository: string;
}

const SQUASHFS =
  "mksquashfs tree.new/rootfs out.squashfs -noappend -quiet -no-progress -comp zstd -Xcompression-level 3";

/** Runs shell text in the folder with the registry as $1 (with TLS as $3) and the repository as $2. */
function script(job: Job, text: string, env: Command["env"] = {}): Command {
  return {
    argv: ["sh", "-ec", `cd "$0"; ${text}`, job.folder, job.registry.host, job.repository, job.registry.tlsHost],
    env,
  };
}

const CONTESTANTS: readonly Contestant<Job>[] = [
  {
    name: "berth pull",
    needs: ["berth"],
    command: (place, { folder, registry, repository }) => ({
      argv: [place.berth, "pull", "--force", join(folder, "out.sif"), `docker://${registry.host}/${repository}:latest`],
      env: { BERTH_CACHEDIR: join(folder, "cache"), BERTH_TMPDIR: folder, BERTH_RUNTIMEDIR: join(folder, "run") },
    }),
  },
  {
    name: "Apptainer pull",
    needs: ["apptainer"],
    command: (_place, { folder, registry, repository }) => ({
      argv: [
        ...["apptainer", "pull", "--no-https", "--force"],
        ...[join(folder, "out.sif"), `docker://${registry.host}/${repository}:latest`],
      ],
      env: { APPTAINER_CACHEDIR: join(folder, "cache"), APPTAINER_TMPDIR: folder },
    }),
  },
  {
    name: "skopeo + umoci + mksquashfs (zstd 3)",
    needs: ["skopeo", "umoci", "mksquashfs"],
    command: (_place, job) =>
      script(
        job,
        `skopeo copy -q --src-tls-verify=false "docker://$1/$2:latest" oci:layout:latest
         umoci unpack --rootless --image layout:latest tree.new >/dev/null
         ${SQUASHFS} >/dev/null; chmod -R u+rwX tree.new; rm -rf tree.new`,
      ),
  },
  {
    name: "ch-image pull + ch-convert",
    needs: ["ch-image", "ch-convert", "mksquashfs"],
    command: (_place, job) =>
      script(
        job,
        `ch-image --tls-no-verify pull "$3/$2:latest" 2>&1 | tail -n 3 >&2
         ch-convert -i ch-image -o squash "$3/$2:latest" out.sqfs 2>&1 | tail -n 3 >&2; test -s out.sqfs; rm out.sqfs`,
        { CH_IMAGE_STORAGE: join(job.folder, "storage"), CH_IMAGE_CACHE: "disabled", TMPDIR: job.folder },
      ),
  },
  {
    name: "podman pull (unpacked layers, no image file)",
    needs: ["podman"],
    command: (_place, job) =>
      script(
        job,
        `podman --root "$0/storage" --runroot "$0/run" --storage-driver overlay pull -q --tls-verify=false "$1/$2:latest"`,
      ),
  },
];

/** Which of the measures of this file to make. */
export interface PullOptions {
  readonly rounds: number;
}

/** Cold caches: CPU seconds for each gigabyte of unpacked files, wall time over CPU time, peak memory. */
export function coldPull(place: Place, registry: BenchRegistry, repository: string, { rounds }: PullOptions): Result {
  const gigabytes = place.unpackedBytes / 1e9;
  const rows = compete(place, CONTESTANTS, rounds, (contestant) => {
    const folder = freshFolder(place, "pull");
    const job = { folder, registry, repository };
    const cost = measure(place, contestant, contestant.command(place, job), { sample: 20 });
    removeFolder(folder);
    return cost;
  });
  const layers = repository.endsWith("zstd") ? "zstd" : "gzip";
  return {
    title: `Pull and convert, cold cache, ${layers} layers`,
    columns: ["CPU [s/GB]", "CPU [s]", "wall [s]", "wall / CPU", "peak memory [MB]"],
    rows: rows.map(({ name, costs, absent }) => {
      const [cpu, wall] = [median(costs.map(cpuSeconds)), median(costs.map(wallSeconds))];
      const peak = median(costs.map((cost) => cost.peakMemory / 1e6));
      return { name, absent, figures: [cpu / gigabytes, cpu, wall, wall / cpu, peak] };
    }),
    notes: [`${gigabytes.toFixed(2)} GB of files; memory is the sum over all processes, shared pages counted once`],
  };
}

/** A second image, all but a small top layer of which is in the cache. */
export function secondPull(place: Place, registry: BenchRegistry, { rounds }: PullOptions): Result {
  const rows = compete(place, CONTESTANTS, rounds, (contestant) => {
    const folder = freshFolder(place, "pull");
    const first = { folder, registry, repository: "science" };
    measure(place, contestant, contestant.command(place, first));
    const requested = registry.watch();
    const second = { ...first, repository: "science-next" };
    const cost = measure(place, contestant, contestant.command(place, second));
    const blobs = requested().filter((line) => /^GET .*\/blobs\//.test(line)).length;
    removeFolder(folder);
    return { ...cost, blobs };
  });
  return {
    title: "A second image that shares all but a small top layer",
    columns: ["CPU [s]", "wall [s]", "blobs fetched"],
    rows: rows.map(({ name, costs, absent }) => ({
      name,
      absent,
      figures: [median(costs.map(cpuSeconds)), median(costs.map(wallSeconds)), median(costs.map(({ blobs }) => blobs))],
    })),
    notes: ["the blobs that must be fetched are the new layer and the configuration"],
  };
}

/** The same tag again, unchanged. */
export function repeatPull(place: Place, registry: BenchRegistry, { rounds }: PullOptions): Result {
  const repeats = 5 * rounds;
  const rows = compete(place, CONTESTANTS, 1, (contestant) => {
    const folder = freshFolder(place, "pull");
    const job = { folder, registry, repository: "science" };
    measure(place, contestant, contestant.command(place, job));
    const requested = registry.watch();
    const cost = measure(place, contestant, contestant.command(place, job), { runs: repeats });
    const requests = requested();
    removeFolder(folder);
    return { ...cost, requests };
  });
  const count = (lines: readonly string[], method: string) => lines.filter((line) => line.startsWith(method)).length;
  return {
    title: "The same tag again, unchanged",
    columns: ["wall [ms]", "CPU [ms]", "HEAD requests", "GET requests"],
    rows: rows.map(({ name, costs: [cost], absent }) => ({
      name,
      absent,
      figures: cost
        ? [median(cost.wall), median(cost.cpu), ...["HEAD", "GET"].map((m) => count(cost.requests, m) / repeats)]
        : [],
    })),
    notes: ["berth and Apptainer write the image file once more from their caches; requests are those of one pull"],
  };
}

const cpuSeconds = (cost: Cost) => cost.cpu.reduce((sum, ms) => sum + ms, 0) / 1000;
const wallSeconds = (cost: Cost) => cost.elapsed / 1000;
