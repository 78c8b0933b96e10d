// The steps of the batch demo while its cluster runs: one image, one job, three nodes.

import { chown, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readRegular } from "../platform/access.ts";
import { loopsBelow } from "./batch-remains.ts";
import { RESULTS, STARTS, startCost, TRAPPED, toldLines } from "./batch-scripts.ts";
import { asUser, type BatchSite } from "./batch-site.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { type Ran, type RunOptions, run } from "./process.ts";
import { equals, holds, type Proof } from "./proof.ts";
import { type Outcome, succeeded } from "./steps.ts";
import { until } from "./until.ts";

/** What the steps work with. */
export interface BatchScene {
  readonly site: BatchSite;
  readonly cluster: Cluster;
  /** The image as users name it. */
  readonly image: string;
  /** What /etc/os-release of the image calls it. */
  readonly title: string;
  /** The variables of the user's programs. */
  readonly env: RunOptions["env"];
  readonly onLine: (line: string) => void;
}

/** An ordinary user has the image pulled. */
export async function pullImage(scene: BatchScene, signal: AbortSignal): Promise<Outcome> {
  const { site, image } = scene;
  const pull = await user(scene, [site.programs.berth, "shifterimg", "pull", image], signal);
  const lookup = await user(scene, [site.programs.berth, "shifterimg", "lookup", image], signal);
  const files = await readdir(site.images);
  return {
    note: `${image}, pulled by ${site.user.name}, uid ${site.user.uid}`,
    proofs: [
      succeeded("shifterimg pull succeeds", pull),
      holds("it says that the image is ready", /status: READY\n$/.test(pull.stdout), pull.stdout),
      holds("shifterimg lookup finds its id", /^[0-9a-f]{64}\n$/.test(lookup.stdout), lookup.stdout + lookup.stderr),
      holds(
        "the nodes find one file of that id",
        files.includes(`${lookup.stdout.trim()}.squashfs`),
        files.join(" ") || "no file",
      ),
    ],
  };
}

/** He submits a job over all nodes, and it starts on each. */
export async function submitJob(scene: BatchScene, signal: AbortSignal): Promise<Outcome> {
  const { site, cluster, image } = scene;
  const wishes = [`--image=${image}`, `--volume=${site.work}/results:${RESULTS}`, "--module=tools"];
  const count = cluster.nodes.length;
  const words = ["sbatch", "--parsable", `--nodes=${count}`, "--ntasks-per-node=2", "--time=5", ...wishes];
  const ran = await user(scene, [...words, `--output=${site.work}/job.out`, `${site.work}/job.sh`], signal);
  const ready = ran.status === 0 ? await untilWritten(scene, "ready", signal) : [];
  // The steps after this one need not wait for what will not come.
  if (ready.length < count) await user(scene, ["scancel", "--user", site.user.name], signal);
  return {
    note: `sbatch --nodes=${count} ${wishes.join(" ").replace(site.work, "…")} job.sh`,
    proofs: [
      succeeded("sbatch takes it", ran),
      holds(
        `programs of the image run on ${count} nodes`,
        ready.length === count,
        `${ready.length}; ${wordsOf(scene)}`,
      ),
    ],
  };
}

/** Root looks at the nodes while the job runs. */
export async function lookAtNodes(scene: BatchScene, signal: AbortSignal): Promise<Outcome> {
  const { cluster, site } = scene;
  const looks = await Promise.all(
    cluster.nodes.map(async ({ name }) => {
      const told = await statusOf(scene, name, ["--json"], signal);
      const [setup, ...more] = told.status === 0 ? readSetups(told.stdout) : [];
      const { record, loops = [], processes = [] } = setup ?? {};
      const good = more.length === 0 && record?.user === site.user.name && loops.length > 0 && processes.length > 0;
      const which = name.slice(name.lastIndexOf("-n") + 1);
      return holds(
        `${which} has one set-up, for ${site.user.name}, with ${processes.length} processes in it`,
        good,
        `${told.stdout}${told.stderr}`,
      );
    }),
  );
  const [first] = cluster.nodes;
  const table = await statusOf(scene, first?.name ?? "", [], signal);
  // What comes after the table is about loop devices of the other nodes, which here have the same kernel.
  const [setups = ""] = table.stdout.trimEnd().split("\n\n");
  return { note: `berth node status on ${first?.name}\n${indented(setups)}`, proofs: looks };
}

/** The job may end; what it saw on each node. */
export async function readResults(scene: BatchScene, signal: AbortSignal): Promise<Outcome> {
  const { site, cluster } = scene;
  const go = join(site.work, "results/go");
  await writeFile(go, "");
  await chown(go, site.user.uid, site.user.gid);
  const state = async () => (await user(scene, ["scontrol", "-o", "show", "job"], signal)).stdout;
  const seen = await until(state, (text) => /JobState=(?!RUNNING|PENDING|COMPLETING)/.test(text), LONG(signal));
  const outcome = /JobState=(\w+)/.exec(seen)?.[1] ?? "unknown";
  const costs = cluster.nodes.map(({ name }) => startCost(written(scene, `${name}.times`))?.toFixed(1) ?? "?");
  return {
    note: `a start by shifter takes ${costs.join(", ")} ms of CPU on the nodes`,
    proofs: [
      outcome === "COMPLETED"
        ? equals("the job completes", outcome, "COMPLETED")
        : holds("the job completes", false, `${outcome}: ${readRegular(join(site.work, "job.out"), 65_536)}`),
      ...cluster.nodes.flatMap(({ name }) => nodeProofs(scene, name)),
    ],
  };
}

function nodeProofs(scene: BatchScene, node: string): readonly Proof[] {
  const { cluster, site, title } = scene;
  const which = node.slice(node.lastIndexOf("-n") + 1);
  const inside = toldLines(written(scene, `${node}.inside`));
  const outside = toldLines(written(scene, `${node}.task`));
  // Two processors were asked for on each node.
  const hosts = cluster.nodes.flatMap(({ name }) => [name, name]).join(" ");
  return [
    equals(`${which}: /etc/os-release is the image's`, inside.get("os"), title),
    equals(`${which}: /var/hostsfile names every node, once for each task`, inside.get("hosts"), hosts),
    equals(`${which}: the module's program is on the PATH`, inside.get("greeting"), "hello from the module"),
    equals(`${which}: the program runs as the user`, inside.get("uid"), String(site.user.uid)),
    // The call after them, which needs JavaScript, ended in the trap: it works.
    equals(`${which}: ${STARTS} starts by shifter, and none of JavaScript`, outside.get("trap"), String(TRAPPED)),
  ];
}

/** The epilogs have cleared the nodes. */
export async function lookAgain(scene: BatchScene, signal: AbortSignal): Promise<Outcome> {
  const { cluster, site } = scene;
  const queue = async () => (await user(scene, ["squeue", "-h"], signal)).stdout;
  const left = await until(queue, (text) => text === "", LONG(signal));
  const states = await Promise.all(cluster.nodes.map(({ name }) => statusOf(scene, name, [], signal)));
  const cleared = states.filter(({ stdout }) => /^Nothing is set up in \S+\n$/.test(stdout));
  const loops = await until(
    () => loopsBelow(site.dir),
    (found) => found.length === 0,
    { signal },
  );
  return {
    note: `berth node status: ${states[0]?.stdout.trim().replace(site.dir, "…")}`,
    proofs: [
      equals("no job is left in the queue", left, ""),
      equals("nothing is set up on any node", cleared.length, cluster.nodes.length),
      equals("no loop device is attached", loops.join(" "), ""),
    ],
  };
}

// What a job and the first of its nodes have said, when it does not run.
function wordsOf({ site, cluster }: BatchScene): string {
  const job = readRegular(join(site.work, "job.out"), 65_536)?.trim();
  return [job ? `the job said: ${job}` : "", `slurmd said: ${cluster.nodes[0]?.lastWords()}`]
    .filter(Boolean)
    .join("; ");
}

const LONG = (signal: AbortSignal) => ({ signal, patience: 60_000 });

function user({ site, env, onLine }: BatchScene, argv: readonly string[], signal: AbortSignal): Promise<Ran> {
  return run(asUser(site.user, argv), { signal, env, cwd: site.work, onLine });
}

function statusOf(scene: BatchScene, name: string, flags: readonly string[], signal: AbortSignal): Promise<Ran> {
  const { cluster, site } = scene;
  const node = cluster.nodes.find((one) => one.name === name) ?? cluster.nodes[0];
  const places = ["--node-dir", site.nodeDir.replace("%n", name), "--config", site.config];
  if (!node) throw new RangeError(`there is no node ${name}`);
  return node.enter([site.programs.berth, "node", "status", ...places, ...flags], signal);
}

interface Setup {
  readonly record?: { readonly user?: string };
  readonly loops?: readonly unknown[];
  readonly processes?: readonly unknown[];
}

function readSetups(text: string): readonly Setup[] {
  const { setups } = JSON.parse(text) as { readonly setups?: readonly Setup[] };
  return setups ?? [];
}

// The files are the user's: no link is followed, and no size believed.
function written({ site }: BatchScene, name: string): string {
  return readRegular(join(site.work, "results", name), 65_536) ?? "";
}

// A job that is over writes nothing any more.
async function untilWritten(scene: BatchScene, ending: string, signal: AbortSignal): Promise<readonly string[]> {
  const look = async () => {
    const over = (await user(scene, ["squeue", "-h"], signal)).stdout === "";
    const names = await readdir(join(scene.site.work, "results"));
    return { over, names: names.filter((name) => name.endsWith(`.${ending}`)) };
  };
  const count = scene.cluster.nodes.length;
  return (await until(look, ({ over, names }) => over || names.length === count, LONG(signal))).names;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, "             ");
}
