// The whole of a judging process: one line in, one line out. It ends by itself when whoever asked is gone, which it notices by its
// closed standard input.

import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { BerthError, reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { type JudgeAnswer, parseJudgeJob } from "./judge-job.ts";
import { performJudging } from "./perform.ts";

/** What the command line hands in. */
export interface JudgeEnds {
  readonly input: Readable;
  say(answer: JudgeAnswer): void;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Judges what the first line says; every failure becomes an answer. */
export async function answerJudging({ input, say, log, signal }: JudgeEnds): Promise<void> {
  const gone = new AbortController();
  const lines = createInterface({ input });
  const first = await new Promise<string>((resolve) => {
    lines.once("line", resolve);
    lines.once("close", () => resolve(""));
  });
  lines.once("close", () => gone.abort(new Error("whoever asked is gone")));
  const all = AbortSignal.any([gone.signal, signal]);
  try {
    say(await performJudging(parseJudgeJob(first), { log, signal: all, now: Date.now }));
  } catch (error) {
    const code = error instanceof BerthError ? error.code : "E_GATE_JOB";
    if (!all.aborted) say({ kind: "failed", code, message: reasonOf(error).slice(0, 500) });
  } finally {
    lines.close();
    input.destroy();
  }
}
