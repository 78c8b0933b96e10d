// Jobs of a test cluster: submitted, waited for, and what they said. Knows the programs of Slurm, not how the cluster is made.

import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { OrdinaryUser } from "./ordinary-user.ts";

/** How a program or a job ended. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** Instead of the ordinary user. */
  readonly user?: OrdinaryUser;
}

/** Runs a program and waits. */
export type Run = (argv: readonly string[], options?: RunOptions) => Promise<Ended>;

/** What can be done with jobs. */
export interface Jobs {
  /** Submits a script; answers the job's number. @throws when sbatch refuses it */
  submit(flags: readonly string[], script: string, options?: RunOptions): Promise<string>;
  /** Waits until the job is in one of these states. */
  reach(job: string, states: readonly string[]): Promise<void>;
  /** Waits for its end; `status` is the job's own. */
  ended(job: string): Promise<Ended>;
  /** Submits and waits; `status` may be that with which sbatch refused. */
  batch(flags: readonly string[], script: string, options?: RunOptions): Promise<Ended>;
}

const OVER = ["COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "BOOT_FAIL"];

/** Jobs whose output lies in the folder `work` of `dir`. */
export function jobsOf(dir: string, run: Run): Jobs {
  const output = (job: string) => join(dir, "work", `job-${job}`);
  const sbatch = (flags: readonly string[], script: string, options: RunOptions = {}) => {
    const files = [`--output=${output("%A")}.out`, `--error=${output("%A")}.err`];
    return run(["sbatch", "--parsable", ...files, ...flags], { ...options, input: script });
  };
  const reach = async (job: string, states: readonly string[]) => {
    const pattern = new RegExp(`\\bJobState=(${states.join("|")})\\b`);
    await settled(run, ["scontrol", "-o", "show", "job", job], (out) => pattern.test(out));
  };
  const ended = async (job: string) => {
    await reach(job, OVER);
    const { stdout } = await run(["scontrol", "-o", "show", "job", job]);
    const [, status, signal] = /\bExitCode=(\d+):(\d+)/.exec(stdout) ?? [];
    const read = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : "");
    return {
      status: signal === "0" ? Number(status) : 128 + Number(signal),
      stdout: read(`${output(job)}.out`),
      stderr: read(`${output(job)}.err`),
    };
  };
  return {
    reach,
    ended,
    async submit(flags, script, options) {
      const { status, stdout, stderr } = await sbatch(flags, script, options);
      if (status !== 0) throw new Error(`sbatch ended with ${status}: ${stderr}`);
      return stdout.trim();
    },
    async batch(flags, script, options) {
      const submitted = await sbatch(flags, script, options);
      if (submitted.status !== 0) return submitted;
      const job = await ended(submitted.stdout.trim());
      return { ...job, stderr: submitted.stderr + job.stderr };
    },
  };
}

/** Calls a program until its output is as it should be. */
export async function settled(
  run: Run,
  argv: readonly string[],
  done: (out: string) => boolean,
  patience = 40_000,
): Promise<void> {
  const until = Date.now() + patience;
  let last = "";
  do {
    const { status, stdout, stderr } = await run(argv);
    if (status === 0 && done(stdout.trim())) return;
    last = stdout + stderr;
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (Date.now() < until);
  throw new Error(`${argv.join(" ")} still says: ${last}`);
}

/** Runs a program with exactly these variables. */
export function runOnce(
  argv: readonly string[],
  options: { cwd?: string; env: Readonly<Record<string, string>>; input?: string },
): Promise<Ended> {
  const [command = "false", ...args] = argv;
  const child = spawn(command, args, { cwd: options.cwd, env: { ...options.env }, stdio: "pipe" });
  const parts = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    parts.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    parts.stderr += text;
  });
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ status: code ?? -1, ...parts }));
  });
}
