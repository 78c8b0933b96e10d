// Starts a real Slurm of several nodes on this machine for a test: slurmctld, one slurmd for each node, munged, all with own
// folders, ports and node names. Jobs are submitted by the tests' ordinary user. Stop it when done.

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasMunge, startMunge, type TestMunge } from "./munge.ts";
import { AS_ROOT, asUser, type OrdinaryUser, ordinaryUser } from "./ordinary-user.ts";
import { freePort } from "./registry.ts";
import { type ClusterPlan, cgroupConf, slurmConf } from "./slurm-config.ts";
import { type Jobs, jobsOf, type Run, type RunOptions, runOnce, settled } from "./slurm-jobs.ts";
import { makeNode, type TestNode } from "./slurm-node.ts";

/** False where Slurm or munge is not installed, or root does not run the tests; tests that need a cluster are skipped then. */
export const hasSlurm =
  AS_ROOT &&
  hasMunge &&
  ["/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/bin/sbatch"].every((path) => existsSync(path));

/** What kind of cluster to start. Text in which `%d` stands is told the cluster's folder. */
export interface ClusterSetup {
  readonly nodes?: number;
  readonly cpus?: number;
  /** Lines of `plugstack.conf`. */
  readonly plugstack?: readonly string[];
  /** Further lines of `slurm.conf`. */
  readonly lines?: readonly string[];
  /** Files made in the cluster's folder before it starts, programs among them: name and text. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A running cluster. */
export interface TestCluster {
  /** Folder of its own, removed by `stop`. */
  readonly dir: string;
  readonly nodes: readonly TestNode[];
  readonly user: OrdinaryUser;
  readonly munge: TestMunge;
  /** What Slurm's programs need to find this cluster. */
  readonly env: Readonly<Record<string, string>>;
  /** A folder that the user can write; where programs start unless said otherwise. */
  readonly folder: string;
  /** Runs a program as the user and waits. */
  readonly run: Run;
  readonly jobs: Jobs;
  /** What Slurm's controller logged. */
  log(): string;
  /** Waits until no job is left on any node, epilog included. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a cluster and waits until its nodes are idle. */
export async function startCluster(setup: ClusterSetup = {}): Promise<TestCluster> {
  const user = ordinaryUser();
  const munge = await startMunge({ threads: 4 });
  const dir = await mkdtemp(join(tmpdir(), "berth-slurm-"));
  await layOut(dir, user);
  const plan = await makePlan(dir, munge, setup);
  const told = (text: string) => text.replaceAll("%d", dir);
  for (const [name, text] of Object.entries(setup.files ?? {}))
    await writeFile(join(dir, name), told(text), { mode: 0o755 });
  await writeFile(join(dir, "slurm.conf"), slurmConf({ ...plan, lines: plan.lines.map(told) }));
  await writeFile(join(dir, "cgroup.conf"), cgroupConf());
  await writeFile(join(dir, "plugstack.conf"), `${(setup.plugstack ?? []).map(told).join("\n")}\n`);
  const env = { SLURM_CONF: join(dir, "slurm.conf"), PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" };
  const controller = startController(dir, env);
  const nodes = plan.nodes.map(({ name }) => makeNode(dir, name, env));
  for (const node of nodes) node.start();
  const run = (argv: readonly string[], options: RunOptions = {}) =>
    runOnce(asUser(options.user ?? user, argv), {
      cwd: join(dir, "work"),
      ...options,
      env: { ...env, HOME: user.home, USER: user.name, ...options.env },
    });
  const log = () => readFileSync(join(dir, "log", "slurmctld"), "utf8");
  const quiet = () => settled(run, ["squeue", "-h", "-o", "%i %T"], (out) => out === "", 240_000);
  const stop = async () => {
    for (const node of nodes) await node.stop();
    controller.kill("SIGKILL");
    if (controller.exitCode === null && controller.signalCode === null) await once(controller, "exit");
    await munge.stop();
    await rm(dir, { recursive: true, force: true });
  };
  const ready = (out: string) => out.split("\n").filter((line) => line === "idle").length === nodes.length;
  await settled(run, ["sinfo", "-h", "-N", "-o", "%T"], ready).catch(async (cause) => {
    const words = [log(), ...nodes.map((node) => node.log())].join("\n");
    await stop();
    throw new Error(`the cluster did not start: ${words}`, { cause });
  });
  return { dir, nodes, user, munge, env, folder: join(dir, "work"), run, jobs: jobsOf(dir, run), log, quiet, stop };
}

async function layOut(dir: string, user: OrdinaryUser): Promise<void> {
  await chmod(dir, 0o755);
  for (const name of ["state", "log", "spool", "work"]) await mkdir(join(dir, name));
  await chown(join(dir, "work"), user.uid, user.gid);
}

async function makePlan(dir: string, munge: TestMunge, setup: ClusterSetup): Promise<ClusterPlan> {
  const name = `berth${randomBytes(4).toString("hex")}`;
  const nodes = [];
  for (let n = 1; n <= (setup.nodes ?? 3); n++) nodes.push({ name: `${name}-n${n}`, port: await freePort() });
  return {
    dir,
    name,
    nodes,
    controllerPort: await freePort(),
    cpus: setup.cpus ?? 8,
    mungeSocket: munge.socket,
    lines: setup.lines ?? [],
  };
}

function startController(dir: string, env: Readonly<Record<string, string>>): ChildProcess {
  const out = openSync(join(dir, "log", "slurmctld.out"), "a");
  const child = spawn("slurmctld", ["-D", "-i", "-f", join(dir, "slurm.conf")], {
    stdio: ["ignore", out, out],
    env: { ...env },
  });
  closeSync(out);
  return child;
}
