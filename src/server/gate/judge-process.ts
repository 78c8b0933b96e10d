// A judging process as the server sees it: started with one job, watched like those that make images, heard once, ended for good. What
// it answers was read in a stranger's image and is checked.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "../../gate/errors.ts";
import { type JudgeAnswer, type JudgeJob, MOST_WORDS, parseAnswer } from "../../gate/job/judge-job.ts";
import { brokenLimit } from "../../gateway/work/job-limits.ts";
import { ownProgram } from "../../gateway/work/run-job.ts";

/** How judging processes are run. */
export interface JudgeRun {
  /** Folder of the process alone. */
  readonly folder: string;
  readonly memoryBytes: number;
  /** Milliseconds for one image. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The words that start berth; those of this process unless said otherwise. */
  readonly program?: readonly string[] | undefined;
}

/** Judges in a process of its own. @throws E_GATE_JOB, E_GATE_WORDS, and the signal's reason */
export async function judgeInProcess(job: JudgeJob, run: JudgeRun): Promise<JudgeAnswer> {
  run.signal.throwIfAborted();
  const [command = "", ...words] = run.program ?? ownProgram();
  const { PATH = "/usr/bin:/bin" } = process.env;
  const env = { PATH, LC_ALL: "C.UTF-8", TMPDIR: run.folder, HOME: run.folder };
  const child = spawn(command, [...words, "gate-job"], {
    cwd: "/",
    env,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const over = new AbortController();
  let why: Error | undefined;
  const end = (reason: Error) => {
    why ??= reason;
    kill(child.pid);
  };
  const late = setTimeout(
    () => end(fail("E_GATE_JOB", { why: `it took longer than ${run.timeoutMs / 1000} s` })),
    run.timeoutMs,
  );
  const abort = () => end(run.signal.reason instanceof Error ? run.signal.reason : new Error("stopped"));
  run.signal.addEventListener("abort", abort, { once: true });
  const limits = { memoryBytes: run.memoryBytes, tempBytes: Number.POSITIVE_INFINITY };
  void brokenLimit({ pid: child.pid ?? 0, folder: run.folder }, limits, over.signal)
    .then((broken) => broken && end(fail("E_GATE_JOB", { why: broken.message })))
    .catch(() => undefined);
  try {
    const last = await conversation(child, `${JSON.stringify(job)}\n`);
    if (why) throw why;
    if (last.line === "") throw fail("E_GATE_JOB", { why: `its process ended (${last.ending}) without a word` });
    return parseAnswer(last.line);
  } finally {
    clearTimeout(late);
    run.signal.removeEventListener("abort", abort);
    over.abort();
    kill(child.pid);
  }
}

async function conversation(child: ReturnType<typeof spawn>, words: string) {
  let line = "";
  const { stdin, stdout, stderr } = child;
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(reasonOf(error)));
    child.once("close", (code, signal) => resolve(signal ?? `status ${code}`));
  });
  stdin?.on("error", () => undefined);
  stdin?.write(words);
  stderr?.resume();
  if (stdout) {
    let bytes = 0;
    stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_WORDS) kill(child.pid);
    });
    const first = createInterface({ input: stdout });
    first.once("line", (text) => {
      line = text;
      // Its work is done; by its closed standard input it knows.
      stdin?.end();
    });
  }
  return { ending: await ended, line };
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}
