// The whole of a job process: reads its job, performs it, and tells how it ended. It ends by itself when the server is
// gone, which it notices by its closed standard input; so a killed server leaves no process behind.

import { readFile } from "node:fs/promises";
import { flushCompileCache } from "node:module";
import type { Readable } from "node:stream";
import type { Log } from "../../base/log.ts";
import { type Job, type JobMessage, MAX_LINE, parseJob } from "./job-messages.ts";
import { linesOf } from "./lines.ts";
import { performPull } from "./pull-job.ts";
import { jobFailure } from "./user-message.ts";

/** What the command line hands in. */
export interface JobEnds {
  readonly input: Readable;
  /** Writes one message to the server. */
  say(message: JobMessage): void;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Performs the job that `input` holds; every failure becomes a message. @throws E_WORK_MESSAGE when there is no job */
export async function performJob({ input, say, log, signal }: JobEnds): Promise<void> {
  const lines = linesOf(input, MAX_LINE);
  const first = await lines.next();
  const job = parseJob(first.done ? "" : first.value);
  const gone = new AbortController();
  const goOn = Promise.withResolvers<void>();
  goOn.promise.catch(() => undefined);
  const end = (reason: unknown) => {
    gone.abort(reason);
    goOn.reject(reason);
  };
  watch(lines, goOn.resolve, end);
  const all = AbortSignal.any([gone.signal, signal]);
  try {
    await perform(job, { say, log, signal: all, goOn: () => goOn.promise });
  } catch (error) {
    if (!all.aborted) say({ type: "failed", failure: jobFailure(error, hiddenFrom(job)) });
  } finally {
    input.destroy();
    // What was compiled serves the next job; a process that is killed would not write it down.
    flushCompileCache();
    // Nobody else would end what an examiner has left running.
    if (gone.signal.aborted) await endOwnGroup();
  }
}

// A job leads a process group of its own, with all its helpers in it. Who calls it by hand keeps his.
async function endOwnGroup(): Promise<void> {
  const stat = await readFile("/proc/self/stat", "utf8").catch(() => "");
  const [, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (Number(group) === process.pid) process.kill(-process.pid, "SIGKILL");
}

// One line says that the job may go on; the end of all lines, that nobody waits for it any more.
async function watch(lines: AsyncGenerator<string>, goOn: () => void, end: (reason: unknown) => void): Promise<void> {
  try {
    for (;;) {
      const line = await lines.next();
      if (line.done) break;
      goOn();
    }
    end(new Error("the server is gone"));
  } catch (error) {
    end(error);
  }
}

async function perform(job: Job, tools: Parameters<typeof performPull>[1]): Promise<void> {
  if (job.kind === "pull") return performPull(job, tools);
  const { performImport } = await import("./import-job.ts");
  return performImport(job, tools);
}

function hiddenFrom(job: Job): readonly string[] {
  if (job.kind === "import") return [job.folder];
  const { credential, location, cacheDir, folder, signaturePolicy } = job;
  return [folder, cacheDir, location.caFile ?? "", signaturePolicy ?? "", credential?.password ?? ""];
}
