// Starts a program, gives it a little input and waits for its end. No shell is involved, and nothing it says is unbounded.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";

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
/** Milliseconds without a further word after which one that has ended has said all. */
const LAST_WORDS_MS = 2000;

/** `Run` on this machine. */
export const runCommand: Run = async ([program = "", ...args], { input = "", timeoutMs, signal }) => {
  signal.throwIfAborted();
  // Messages are compared and shown: they must not depend on who started the server.
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, LC_ALL: "C" } });
  const stop = stopper(child);
  const said = listen(child, stop);
  let late = false;
  const onTime = () => {
    late = true;
    stop();
  };
  const timer = setTimeout(onTime, Math.min(timeoutMs, MAX_TIMER_MS));
  signal.addEventListener("abort", stop);
  // It may end before it has read all: its exit status says why.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  try {
    const code = await ended(child);
    signal.throwIfAborted();
    return { code, late, ...said() };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
};

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

// Asks it to end, and ends it when it does not; nor are those listened to whom it leaves behind.
function stopper(child: Child): () => void {
  const end = () => {
    child.kill("SIGKILL");
    child.stdout.destroy();
    child.stderr.destroy();
  };
  return () => {
    child.kill("SIGTERM");
    setTimeout(end, GRACE_MS).unref();
  };
}

function ended(child: Child): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
    // A shared connection (ControlPersist) goes on in the background and keeps stderr open.
    child.once("exit", (code) => {
      const silence = setTimeout(resolve, LAST_WORDS_MS, code).unref();
      child.stdout.on("data", () => silence.refresh());
    });
  });
}

// Gathers what it says; the answer throws when that was too much.
function listen(child: Child, stop: () => void) {
  const out: Buffer[] = [];
  let [size, stderr] = [0, ""];
  child.stdout.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_STDOUT) out.push(chunk);
    else stop();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-MAX_STDERR);
  });
  return () => {
    if (size > MAX_STDOUT) throw new Error(`${child.spawnfile} said more than ${MAX_STDOUT} bytes`);
    return { stdout: Buffer.concat(out).toString("utf8"), stderr };
  };
}
