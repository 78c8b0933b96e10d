// A real Slurm of several nodes on one machine: munged, slurmctld and one slurmd for each node, with a folder, ports and names of
// their own. Knows nothing of containers.

import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { output } from "../process.ts";
import { until } from "../until.ts";
import { type ClusterFacts, cgroupConf, slurmConf } from "./config.ts";
import { type Daemon, lastWords, startDaemon } from "./daemon.ts";
import { fail } from "./errors.ts";
import { freePorts } from "./free-ports.ts";
import { needPrograms, PATH } from "./lacking.ts";
import { startMunge } from "./munge.ts";
import { type ClusterNode, makeNode } from "./node.ts";

/** What kind of cluster to start. */
export interface ClusterSetup {
  /** An existing folder that everybody can pass and root alone can write. */
  readonly dir: string;
  readonly nodes: number;
  readonly cpus: number;
  /** Lines of `plugstack.conf`. */
  readonly plugstack?: readonly string[];
  /** Further lines of `slurm.conf`. */
  readonly lines?: readonly string[];
  readonly signal: AbortSignal;
}

/** A running cluster. */
export interface Cluster {
  readonly name: string;
  readonly nodes: readonly ClusterNode[];
  readonly mungeSocket: string;
  /** What Slurm's programs need to find this cluster. */
  readonly env: Readonly<Record<string, string>>;
  /** Ends all nodes and daemons, and with them all jobs. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 60_000;

/** Starts a cluster and waits until its nodes are idle. @throws E_CLUSTER_MISSING, E_CLUSTER_NODE, E_CLUSTER_START */
export async function startCluster(setup: ClusterSetup): Promise<Cluster> {
  needPrograms();
  const { dir, signal } = setup;
  const env = { PATH, SLURM_CONF: join(dir, "slurm.conf"), LC_ALL: "C.UTF-8" };
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    for (const name of ["state", "log", "spool"]) await mkdir(join(dir, name));
    const { socket, daemon } = await startMunge(join(dir, "munge"), env, signal);
    closers.push(() => daemon.stop());
    const facts = await factsOf(setup, socket);
    await writeFiles(facts, setup.plugstack ?? []);
    const words = ["slurmctld", "-D", "-i", "-f", env.SLURM_CONF];
    const controller = await startDaemon(words, { env, log: join(dir, "log/slurmctld.words") });
    closers.push(() => controller.stop());
    const nodes: ClusterNode[] = [];
    for (const { name } of facts.nodes) {
      const node = await makeNode(name, { dir, env, signal });
      closers.push(() => node.stop());
      nodes.push(node);
      await node.start();
    }
    const cluster = { name: facts.name, nodes, mungeSocket: socket, env, stop };
    await untilIdle(cluster, controller, setup);
    return cluster;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function factsOf(setup: ClusterSetup, mungeSocket: string): Promise<ClusterFacts> {
  const { dir, cpus, lines = [] } = setup;
  const name = `berth${randomBytes(3).toString("hex")}`;
  const [controllerPort = 0, ...ports] = await freePorts(setup.nodes + 1);
  const nodes = ports.map((port, at) => ({ name: `${name}-n${at + 1}`, port }));
  const [host = "localhost"] = hostname().split(".");
  return { dir, name, host, controllerPort, nodes, cpus, mungeSocket, lines };
}

async function writeFiles(facts: ClusterFacts, plugstack: readonly string[]): Promise<void> {
  const files = { "slurm.conf": slurmConf(facts), "cgroup.conf": cgroupConf(), "plugstack.conf": plugstack.join("\n") };
  for (const [file, content] of Object.entries(files)) await writeFile(join(facts.dir, file), `${content}\n`);
}

async function untilIdle({ nodes, env }: Cluster, controller: Daemon, { dir, signal }: ClusterSetup): Promise<void> {
  const look = async () => ({
    states: (await output("sinfo", ["-h", "-N", "-o", "%T"], signal, env)).trim().split("\n"),
    whole: [controller, ...nodes].every((each) => each.running()),
  });
  const allIdle = (states: readonly string[]) => states.filter((state) => state === "idle").length === nodes.length;
  const enough = ({ states, whole }: Awaited<ReturnType<typeof look>>) => allIdle(states) || !whole;
  const { states } = await until(look, enough, { signal, patience: PATIENCE_MS });
  if (allIdle(states)) return;
  const [first] = nodes.filter((node) => !node.running()).concat(nodes);
  const words = [lastWords(join(dir, "log/slurmctld"), join(dir, "log/slurmctld.words")), first?.lastWords() ?? ""];
  const reason = [`its nodes are ${states.join(", ") || "unknown"}`, ...words].filter((each) => each !== "").join("; ");
  throw fail("E_CLUSTER_START", { what: "the cluster", reason });
}
