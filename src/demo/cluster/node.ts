// A node of the cluster: a mount namespace and a PID namespace, as a machine has them for itself. Whatever a job mounts or leaves
// running there ends with the node, and none of it is seen by the machine that plays it.

import { join } from "node:path";
import { readIfAny } from "../../platform/access.ts";
import { type Ran, run } from "../process.ts";
import { until } from "../until.ts";
import { type Daemon, lastWords, startDaemon } from "./daemon.ts";
import { fail } from "./errors.ts";

/** A node with its slurmd. */
export interface ClusterNode {
  readonly name: string;
  /** Starts slurmd. */
  start(): Promise<void>;
  /** Runs a program there, as root, and waits. */
  enter(argv: readonly string[], signal: AbortSignal): Promise<Ran>;
  /** True while slurmd runs. */
  running(): boolean;
  /** The end of what slurmd said. */
  lastWords(): string;
  /** Ends all that runs there, and its mounts. */
  stop(): Promise<void>;
}

/** Where the node belongs. */
export interface NodePlace {
  /** The cluster's folder. */
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

// The first process of a PID namespace inherits what others leave, and a shell that waits for a child buries those too.
const FIRST = ["sh", "-c", "echo ready; sleep infinity; :"];

/** Makes a node without slurmd. @throws E_CLUSTER_NODE */
export async function makeNode(name: string, { dir, env, signal }: NodePlace): Promise<ClusterNode> {
  const log = join(dir, "log", `${name}.words`);
  const namespaces = ["--mount", "--propagation", "slave", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const holder = await startDaemon(["unshare", ...namespaces, ...FIRST], { env, log });
  const isReady = () => readIfAny(log).startsWith("ready") || !holder.running();
  await until(isReady, (ready) => ready, { signal }).catch(async (reason: unknown) => {
    await holder.stop("SIGKILL");
    throw reason;
  });
  if (!holder.running()) throw fail("E_CLUSTER_NODE", { reason: readIfAny(log).trim() });
  const at = `/proc/${holder.pid}`;
  // With its root, which in a chroot is not that of the namespace.
  const ways = [`--mount=${at}/ns/mnt`, `--pid=${at}/ns/pid_for_children`, `--root=${at}/root`, "--wd=/"];
  const inside = (argv: readonly string[]) => ["nsenter", ...ways, "--", ...argv];
  let slurmd: Daemon | undefined;
  return {
    name,
    async start() {
      slurmd = await startDaemon(inside(["slurmd", "-D", "-N", name, "-f", join(dir, "slurm.conf")]), { env, log });
    },
    enter: (argv, signal) => run(inside(argv), { env, signal }),
    running: () => slurmd?.running() ?? false,
    lastWords: () => lastWords(join(dir, "log", name), log),
    async stop() {
      // The kernel ends a PID namespace as a whole, whatever its processes think of it.
      await holder.stop("SIGKILL");
      await slurmd?.stop();
    },
  };
}
