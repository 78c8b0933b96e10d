// `berth demo batch`: a Slurm cluster of three nodes on one machine, a gateway and a registry, and one job from its submission to
// the last mount that it leaves behind. As root, since a cluster's daemons are root's; the job is an ordinary user's.

import { join } from "node:path";
import { tempDir } from "../platform/user.ts";
import { remainsOf } from "./batch-remains.ts";
import {
  type BatchSite,
  configureGateway,
  configureNodes,
  layOutSite,
  pluginLine,
  userVariables,
} from "./batch-site.ts";
import { type BatchScene, lookAgain, lookAtNodes, pullImage, readResults, submitJob } from "./batch-steps.ts";
import { clearStage } from "./clearing.ts";
import { type Cluster, startCluster } from "./cluster/cluster.ts";
import { fail as clusterFail } from "./cluster/errors.ts";
import { needPrograms } from "./cluster/lacking.ts";
import type { DemoOptions } from "./demo.ts";
import { run } from "./process.ts";
import { equals } from "./proof.ts";
import { type DemoRegistry, openRegistry } from "./registry.ts";
import { type ServingBerth, untilServing } from "./serving.ts";
import { exists, stageVariables } from "./stage.ts";
import { describeImage, type Outcome } from "./steps.ts";
import { makeTinyImage } from "./tiny-image.ts";
import { until } from "./until.ts";

type Step = <T>(title: string, work: () => Promise<[T, Outcome]>) => Promise<T>;
type Act = (scene: BatchScene, signal: AbortSignal) => Promise<Outcome>;

const ACTS: readonly (readonly [title: string, act: Act])[] = [
  ["pull the image with shifterimg", pullImage],
  ["submit a job over three nodes", submitJob],
  ["look at the nodes while it runs", lookAtNodes],
  ["let it end, and read what each node wrote", readResults],
  ["look at the nodes again", lookAgain],
];

const NODES = 3;
const TITLE = "berth's batch demo";
const PROGRAMS = ["/bin/sh", "/bin/cat", "/bin/true", "/bin/sleep", "/usr/bin/env", "/usr/bin/id"];

/** Performs all steps; `step` times and reports each. @throws E_CLUSTER_ROOT, E_CLUSTER_MISSING, and what stops a step */
export async function performBatchDemo(options: DemoOptions, step: Step): Promise<void> {
  const { user } = options;
  if (user.uid !== 0)
    throw clusterFail("E_CLUSTER_ROOT", { who: `${user.name}, uid ${user.uid}`, command: "berth demo batch" });
  needPrograms();
  const site = await layOutSite({ ...options, temp: tempDir(options.env) });
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    const scene = await open(site, options, step, closers);
    for (const [title, act] of ACTS) await step(title, async () => [undefined, await act(scene, options.signal)]);
    await step("take everything down", async () => [undefined, await takeDown(site, close)]);
  } finally {
    await close();
    await clearStage(site.dir);
  }
}

async function open(
  site: BatchSite,
  options: DemoOptions,
  step: Step,
  closers: (() => Promise<unknown>)[],
): Promise<BatchScene> {
  const { signal } = options;
  const image = await step("make an image of this machine's programs", async () => {
    const files = [{ op: "file", path: "etc/os-release", text: `PRETTY_NAME="${TITLE}"\n` }] as const;
    const made = await makeTinyImage(join(site.dir, "image"), { programs: PROGRAMS, files, signal });
    return [made, describeImage(made)];
  });
  const cluster = await step("start munged, slurmctld and three slurmd", async () => {
    const dir = join(site.dir, "cluster");
    const started = await startCluster({ dir, nodes: NODES, cpus: 4, plugstack: [pluginLine(site)], signal });
    closers.push(() => started.stop());
    const note = `nodes ${started.nodes.map(({ name }) => name).join(", ")}`;
    return [started, { note, proofs: [equals("the nodes are idle", started.nodes.length, NODES)] }];
  });
  const registry = await openRegistry(image.layout, image.tag, "demo/tiny");
  closers.push(() => registry.close());
  const gateway = await step("start a registry and the gateway", async () => {
    const serving = await startGateway({ site, cluster, registry, options });
    closers.push(() => serving.stop());
    const ready = await fetch(`${serving.url}/readyz`, { signal });
    const note = `registry http://${registry.address}, berth serve at ${serving.url}`;
    return [serving, { note, proofs: [equals("it is ready, and so is munge", ready.status, 200)] }];
  });
  await configureNodes(site, gateway.url);
  const env = userVariables(site, cluster, gateway.url, options.env);
  const onLine = (line: string): void => options.log.debug(line);
  return { site, cluster, image: `docker:${registry.repository}:${image.tag}`, title: TITLE, env, onLine };
}

interface GatewayParts {
  readonly site: BatchSite;
  readonly cluster: Cluster;
  readonly registry: DemoRegistry;
  readonly options: DemoOptions;
}

async function startGateway({ site, cluster, registry, options }: GatewayParts): Promise<ServingBerth> {
  const config = await configureGateway(site, cluster.mungeSocket, registry.address);
  const words = ["setpriv", "--pdeathsig", "TERM", "--", ...options.berth, "serve", "--config", config];
  const env = stageVariables(options.env, join(site.dir, "gateway"));
  return await untilServing(({ onLine, signal }) => {
    const both = (line: string): void => {
      options.log.debug(line);
      onLine(line);
    };
    return run(words, { env, cwd: site.dir, signal, onLine: both });
  });
}

async function takeDown({ dir }: BatchSite, close: () => Promise<void>): Promise<Outcome> {
  await close();
  // It must come to its end though the demo is given up meanwhile.
  const signal = AbortSignal.timeout(30_000);
  const nothing = (found: Awaited<ReturnType<typeof remainsOf>>) =>
    Object.values(found).every((list) => list.length === 0);
  const { processes, mounts, loops } = await until(() => remainsOf(dir), nothing, { signal, patience: 10_000 });
  await clearStage(dir);
  return {
    note: dir,
    proofs: [
      equals("no process is left", processes.join("; "), ""),
      equals("no mount is left", mounts.join(" "), ""),
      equals("no loop device is left", loops.join(" "), ""),
      equals("no file is left", String(await exists(dir)), "false"),
    ],
  };
}
