// The server's side of a job process: starts it in a process group of its own, hands it its job, listens, decides whether
// it goes on, and sees to it that nothing of it is left. Knows nothing of queues and catalogs.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { setPriority } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { type BerthError, reasonOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";
import { brokenLimit, type JobLimits } from "./job-limits.ts";
import {
  type FileFacts,
  GO_ON,
  type ImageFacts,
  type Job,
  type JobFailure,
  type JobMessage,
  MAX_LINE,
  parseMessage,
} from "./job-messages.ts";
import { linesOf } from "./lines.ts";
import { jobFailure } from "./user-message.ts";
import { waysOut } from "./ways-out.ts";

/** How a job is run. */
export interface JobRun {
  /** The words that start berth. */
  readonly program: readonly string[];
  /** Folder in which the run-time keeps compiled code from job to job, which saves most of a start. */
  readonly compiled: string;
  readonly limits: JobLimits;
  /** Milliseconds without a word after which the job counts as hung. */
  readonly silentMs: number;
  listen(message: JobMessage): void;
  /** What is to be done with the image that was found: true lets the job make its file. */
  decide(facts: ImageFacts): Promise<boolean>;
  /** Ends the job at once; its reason is thrown. */
  readonly signal: AbortSignal;
}

export type JobResult =
  | { readonly kind: "made"; readonly facts: ImageFacts; readonly file: FileFacts }
  | { readonly kind: "declined"; readonly facts: ImageFacts }
  | { readonly kind: "failed"; readonly failure: JobFailure };

/** Words that start this very program again: the source, the packed modules, or the packed binary. */
export function ownProgram(): readonly string[] {
  if (process.versions["bun"] !== undefined) return [process.execPath];
  // Not the first argument where it runs from source: a test has another program there.
  if (import.meta.filename.endsWith(".ts")) return [process.execPath, join(import.meta.dirname, "../../main.ts")];
  return [process.execPath, ...process.execArgv, process.argv[1] ?? ""];
}

/** Runs a job to its end. @throws the signal's reason, and what `decide` throws */
export async function runJob(job: Job, run: JobRun): Promise<JobResult> {
  run.signal.throwIfAborted();
  const child = start(job, run);
  const ended = endingOf(child);
  const over = new AbortController();
  const kill = () => killGroup(child.pid);
  run.signal.addEventListener("abort", kill, { once: true });
  const watch = watchLimits(job, child, run, over.signal);
  try {
    child.stdin.write(`${JSON.stringify(job)}\n`);
    const result = await converse(child, run);
    if (result !== undefined) return result;
    const ending = await ended;
    run.signal.throwIfAborted();
    const broken = (await Promise.race([watch.broken, undefined])) ?? fail("E_WORK_JOB_ENDED", { ending });
    return failed(broken, watch.words());
  } finally {
    run.signal.removeEventListener("abort", kill);
    over.abort();
    await endJob(child, ended);
  }
}

/** Jobs step back for whoever waits for an answer (nice(1)). */
const NICE = 5;

type JobChild = ChildProcessByStdio<Writable, Readable, Readable>;

function start(job: Job, { program: [command = "", ...words], compiled }: JobRun): JobChild {
  const { PATH = "/usr/bin:/bin" } = process.env;
  const own = { TMPDIR: job.folder, HOME: job.folder, NODE_COMPILE_CACHE: compiled };
  const child = spawn(command, [...words, "gateway-job"], {
    cwd: job.folder,
    // A group of its own, so that its helpers end with it; and nothing of the server's environment but the way out.
    detached: true,
    env: { PATH, LC_ALL: "C.UTF-8", ...own, ...waysOut(process.env) },
    stdio: ["pipe", "pipe", "pipe"],
  });
  giveWay(child.pid);
  // It may be gone before it has read all; its end is seen elsewhere.
  child.stdin.on("error", () => undefined);
  return child;
}

// Before it has threads, so that all of them inherit it: answering comes before converting.
function giveWay(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, NICE);
  } catch {
    // It runs without, or is gone already.
  }
}

function endingOf(child: JobChild): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(reasonOf(error)));
    child.once("close", (code, signal) => resolve(signal ?? `status ${code}`));
  });
}

// Listens until the job has said its last word; undefined when it ended without one.
async function converse(child: JobChild, run: JobRun): Promise<JobResult | undefined> {
  let hung = false;
  const silence = setTimeout(() => {
    hung = true;
    killGroup(child.pid);
  }, run.silentMs);
  try {
    for await (const line of linesOf(child.stdout, MAX_LINE)) {
      silence.refresh();
      const message = parseMessage(line);
      run.listen(message);
      if (message.type === "failed") return { kind: "failed", failure: message.failure };
      if (message.type === "made") return { kind: "made", facts: message.facts, file: message.file };
      if (message.type !== "found") continue;
      if (await run.decide(message.facts)) child.stdin.write(GO_ON);
      else return { kind: "declined", facts: message.facts };
    }
    return hung ? failed(fail("E_WORK_SILENT", { seconds: Math.round(run.silentMs / 1000) }), "") : undefined;
  } finally {
    clearTimeout(silence);
  }
}

function watchLimits(job: Job, child: JobChild, run: JobRun, signal: AbortSignal) {
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    words = (words + chunk).slice(-4096);
  });
  const watched = { pid: child.pid ?? 0, folder: job.folder };
  const broken = brokenLimit(watched, run.limits, signal).then((failure) => {
    if (failure) killGroup(child.pid);
    return failure;
  });
  return { broken, words: () => words.trim() };
}

function failed(error: BerthError, words: string): JobResult {
  const failure = jobFailure(error, []);
  const detail = words === "" ? failure.detail : `${failure.detail}; its last words: ${words}`;
  return { kind: "failed", failure: { ...failure, detail } };
}

// Its standard input closes, by which it knows; who does not go within a second is made to. Helpers of a killed job are
// still in its group.
async function endJob(child: JobChild, ended: Promise<string>): Promise<void> {
  child.stdin.end();
  child.stdout.resume();
  const late = setTimeout(() => killGroup(child.pid), 1000);
  await ended;
  clearTimeout(late);
  killGroup(child.pid);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}
