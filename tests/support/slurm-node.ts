// A node of a test cluster: a mount namespace that stays while its slurmd comes and goes, as a machine's does.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";

/** A node with its slurmd. */
export interface TestNode {
  readonly name: string;
  /** Starts slurmd. */
  start(): void;
  /** Ends slurmd at once, as a crash would; what it has started goes on. */
  crash(): Promise<void>;
  /** What root sees there: runs `argv` in the node's mount namespace and answers its output. */
  enter(...argv: string[]): string;
  /** Lines of slurmd's log. */
  log(): string;
  /** Ends slurmd, every process of its jobs, and the namespace with all its mounts. */
  stop(): Promise<void>;
}

/** Makes a node; `start` is still needed. */
export function makeNode(dir: string, name: string, env: Readonly<Record<string, string>>): TestNode {
  const holder = spawn("unshare", ["--mount", "--propagation", "slave", "sleep", "infinity"], { stdio: "ignore" });
  const inside = (argv: readonly string[]) => ["--target", String(holder.pid), "--mount", "--wd=/", ...argv];
  const logFile = join(dir, "log", name);
  let slurmd: ChildProcess | undefined;
  const crash = async () => {
    await ended(slurmd, "SIGKILL");
    slurmd = undefined;
  };
  return {
    name,
    start() {
      const out = openSync(`${logFile}.out`, "a");
      const argv = inside(["slurmd", "-D", "-N", name, "-f", join(dir, "slurm.conf")]);
      slurmd = spawn("nsenter", argv, { stdio: ["ignore", out, out], env: { ...env } });
      closeSync(out);
    },
    crash,
    enter: (...argv) => execFileSync("nsenter", inside(argv), { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }),
    log: () => (existsSync(logFile) ? readFileSync(logFile, "utf8") : ""),
    async stop() {
      await ended(slurmd, "SIGTERM");
      killGroup(`/sys/fs/cgroup/freezer/slurm_${name}`);
      await ended(holder, "SIGKILL");
    },
  };
}

async function ended(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill(signal);
  const impatience = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await exit;
  clearTimeout(impatience);
}

// slurmd leaves its own control groups behind; a job's processes are in them as long as they live.
function killGroup(path: string): void {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) killGroup(join(path, entry.name));
  const until = Date.now() + 20_000;
  for (;;) {
    const pids = readFileSync(join(path, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
    if (pids.length === 0 || Date.now() > until) break;
    for (const pid of pids) if (pid !== process.pid) tryKill(pid);
  }
  rmdirSync(path);
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone between being listed and being killed.
  }
}
