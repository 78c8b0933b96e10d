// Starts a program, gives it a little input and waits for its end. No shell is involved, and nothing it says is unbounded.

import { spawn } from "node:child_process";

/** How a program is started. */
export interface RunOptions {
  readonly input?: string | undefined;
  /** Milliseconds after which it is ended. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** How it ended. */
export interface RunResult {
  /** Exit status; null when it was ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  /** The end of what it said. */
  readonly stderr: string;
  /** True when the time was over. */
  readonly late: boolean;
}

/** Starts `argv`. Throws when it cannot be started, when it says too much, and the signal's reason when that came. */
export type Run = (argv: readonly string[], options: RunOptions) => Promise<RunResult>;

const MAX_STDOUT = 64 * 1024 * 1024;
const MAX_STDERR = 64 * 1024;
/** More overflows a timer, which then fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Milliseconds between asking a program to end and ending it. */
const GRACE_MS = 2000;
/** Milliseconds for what was said at the end to arrive. */
const LAST_WORDS_MS = 2000;

/** `Run` on this machine. */
export const runCommand: Run = (argv, { input = "", timeoutMs, signal }) => {
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // Messages are compared and shown: they must not depend on who started the server.
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, LC_ALL: "C" } });
    const out: Buffer[] = [];
    let [size, stderr, late, failure] = [0, "", false, undefined as Error | undefined];
    const stop = () => {
      child.kill("SIGTERM");
      hard ??= setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
    };
    let hard: NodeJS.Timeout | undefined;
    const timer = setTimeout(
      () => {
        late = true;
        stop();
      },
      Math.min(timeoutMs, MAX_TIMER_MS),
    );
    signal.addEventListener("abort", stop);
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_STDOUT) return void out.push(chunk);
      failure = new Error(`${program} said more than ${MAX_STDOUT} bytes`);
      stop();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-MAX_STDERR);
    });
    // It may end before it has read all: its exit status says why.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    const end = () => {
      clearTimeout(timer);
      clearTimeout(hard);
      signal.removeEventListener("abort", stop);
    };
    child.once("error", (error) => {
      end();
      reject(error);
    });
    const finish = (code: number | null) => {
      end();
      if (signal.aborted) reject(signal.reason);
      else if (failure) reject(failure);
      else resolve({ code, stdout: Buffer.concat(out).toString("utf8"), stderr, late });
    };
    child.once("close", finish);
    // A shared connection (ControlPersist) goes on in the background and keeps stderr open.
    child.once("exit", (code) => setTimeout(finish, LAST_WORDS_MS, code).unref());
  });
};
