// Runs the programs of the demo. Each lives in a process group of its own, so that giving up ends all that it started.

import { type ChildProcess, spawn } from "node:child_process";

export interface Ran {
  /** 128+n when signal n ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly cwd?: string;
  /** Told each line of standard error as it comes. */
  readonly onLine?: (line: string) => void;
}

/** The last part of a long output is what explains it. */
const MOST_OUTPUT = 256 * 1024;
const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Runs a program to its end. @throws the signal's reason, after the whole group has ended; ENOENT when it is missing. */
export function run(argv: readonly string[], options: RunOptions): Promise<Ran> {
  const [program = "", ...args] = argv;
  const { signal, onLine } = options;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const { env, cwd } = options;
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, env, cwd });
    const giveUp = (): void => endGroup(child);
    signal.addEventListener("abort", giveUp, { once: true });
    let [stdout, stderr, line] = ["", "", ""];
    child.stdout.on("data", (chunk: Buffer) => {
      stdout = (stdout + chunk).slice(-MOST_OUTPUT);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk).slice(-MOST_OUTPUT);
      const lines = (line + chunk).split(/[\r\n]+/);
      line = (lines.pop() ?? "").slice(-MOST_OUTPUT);
      for (const each of lines) onLine?.(each);
    });
    child.on("error", reject);
    child.on("close", (code, by) => {
      signal.removeEventListener("abort", giveUp);
      if (signal.aborted) return reject(signal.reason);
      resolve({ status: code ?? 128 + (SIGNALS[by ?? ""] ?? 0), stdout, stderr });
    });
  });
}

// mmdebstrap removes its folders when told to end; what does not obey within ten seconds is killed.
function endGroup(child: ChildProcess): void {
  const tell = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      // The group has ended already.
    }
  };
  tell("SIGTERM");
  const timer = setTimeout(() => tell("SIGKILL"), 10_000);
  child.on("close", () => clearTimeout(timer));
}

/** Standard output of a program; empty when it is missing or fails. */
export async function output(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
  env?: RunOptions["env"],
): Promise<string> {
  try {
    const { status, stdout } = await run([program, ...args], { signal, env });
    return status === 0 ? stdout : "";
  } catch (error) {
    if (signal.aborted) throw error;
    return "";
  }
}
