// Keeps the record of a running pull true: status, words, bytes and their rate, written as they change but not too often,
// and in between as a sign of life. Learns that way that the pull was cancelled. A class because it owns a loop.

import { setTimeout as pause } from "node:timers/promises";
import { reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { Queue } from "../records.ts";
import type { Progress, Status } from "../types.ts";

/** Milliseconds between two writes of a record at least, and of one that does not change. */
export const REPORT_EVERY = 500;
const SIGN_OF_LIFE = 1000;
/** Seconds over which the rate is taken. */
const WINDOW = 5;

export interface ReportParts {
  readonly queue: Pick<Queue, "progress">;
  readonly id: string;
  /** What it is at before it says so itself. */
  readonly status: Status;
  readonly log: Log;
  /** Seconds since 1970. */
  readonly now: () => number;
  cancelled(): void;
}

export class PullReport {
  readonly #parts: ReportParts;
  readonly #over = new AbortController();
  readonly #done: Promise<void>;
  #status: Status;
  #text = "";
  #progress: Progress = { done: 0, total: 0, rate: 0 };
  #samples: { readonly at: number; readonly done: number }[] = [];
  #turn: Promise<void> = Promise.resolve();
  #change = Promise.withResolvers<void>();

  constructor(parts: ReportParts) {
    this.#parts = parts;
    this.#status = parts.status;
    this.#done = this.#run();
  }

  stage(status: Status, text: string): void {
    this.#status = status;
    this.#text = text;
    this.#change.resolve();
  }

  bytes(done: number, total: number): void {
    this.#progress = { done, total, rate: this.#rate(done) };
    this.#change.resolve();
  }

  /** Does something between two writes; while it lasts nothing is written. */
  async quietly<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await before;
    try {
      return await work();
    } finally {
      resolve();
    }
  }

  /** Nothing is written from now on, and nobody is cancelled: the record is another's. */
  leave(): void {
    this.#over.abort();
  }

  /** Ends the loop; what was not written yet is not written any more. */
  async close(): Promise<void> {
    this.#over.abort();
    this.#change.resolve();
    await this.#done;
  }

  #rate(done: number): number {
    const at = this.#parts.now();
    this.#samples = [...this.#samples.filter((sample) => at - sample.at <= WINDOW), { at, done }].slice(-64);
    const first = this.#samples[0];
    const seconds = first === undefined ? 0 : at - first.at;
    return first === undefined || seconds <= 0 ? 0 : Math.max(0, Math.round((done - first.done) / seconds));
  }

  async #run(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      await Promise.race([this.#change.promise, pause(SIGN_OF_LIFE, undefined, { signal }).catch(() => undefined)]);
      this.#change = Promise.withResolvers<void>();
      if (signal.aborted) return;
      await this.quietly(() => this.#write());
      await pause(REPORT_EVERY, undefined, { signal }).catch(() => undefined);
    }
  }

  async #write(): Promise<void> {
    if (this.#over.signal.aborted) return;
    const { queue, id, log, cancelled } = this.#parts;
    try {
      if ((await queue.progress(id, this.#status, this.#text, this.#progress)).cancelled) cancelled();
    } catch (error) {
      // The database may be away for a moment; the next write says everything again.
      log.debug(`the progress of pull ${id} could not be written: ${reasonOf(error)}`);
    }
  }
}
