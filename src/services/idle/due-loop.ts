// Waits for the next due moment of something that is kept in a database, however much of it there is: one timer of this
// process, one question when it ends. Notices when the machine's clock was set. Knows nothing of what is due.

import { reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { SteadyClock } from "./steady-clock.ts";

/** What the loop asks and tells. Seconds since 1970, as `clock` has them. */
export interface DueWork {
  readonly clock: SteadyClock;
  readonly log: Log;
  readonly what: string;
  /** The next moment; undefined: nothing waits. */
  nextDue(): Promise<number | undefined>;
  /** Does what is due, or a part of it. */
  work(now: number): Promise<void>;
  /** The clock was set by so many seconds. */
  clockSet(seconds: number): Promise<void>;
  /** Seconds after which it is asked again all the same; 60 unless said otherwise. */
  readonly atMost?: number | undefined;
}

/** After a failure, for the database to come back. */
const AFTER_FAILURE = 5;

/** A loop under way. */
export class DueLoop {
  readonly #work: DueWork;
  readonly #stop = new AbortController();
  #wake: (() => void) | undefined;
  /** Until when it sleeps. */
  #until = 0;
  #poked = false;
  /** By how much the clock was set since that was told. */
  #step = 0;
  #running: Promise<void> | undefined;

  constructor(work: DueWork) {
    this.#work = work;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Something is due at `moment` that was not when the loop last asked. */
  sooner(moment: number): void {
    if (moment >= this.#until) return;
    this.#poked = true;
    this.#wake?.();
  }

  /** Resolves when what is under way is done. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#poked = false;
      // Until it sleeps, everything is sooner.
      this.#until = Number.POSITIVE_INFINITY;
      const seconds = await this.#round().catch((error: unknown) => {
        this.#work.log.warn(`${this.#work.what}: ${reasonOf(error)}; again in ${AFTER_FAILURE} s`);
        return AFTER_FAILURE;
      });
      if (seconds > 0) await this.#sleep(seconds);
    }
  }

  /** One round; answers how long to sleep. */
  async #round(): Promise<number> {
    const { clock, clockSet, nextDue, work, atMost = 60 } = this.#work;
    // Kept until it is told: a database that is away must not lose it.
    this.#step += clock.settle();
    if (this.#step !== 0) await clockSet.call(this.#work, this.#step);
    this.#step = 0;
    const due = await nextDue.call(this.#work);
    const now = clock.now();
    if (due === undefined || due > now) return Math.min(atMost, (due ?? Number.POSITIVE_INFINITY) - now);
    await work.call(this.#work, now);
    return 0;
  }

  #sleep(seconds: number): Promise<void> {
    if (this.#poked || this.#stop.signal.aborted) return Promise.resolve();
    this.#until = this.#work.clock.now() + seconds;
    return new Promise((resolve) => {
      // Timers of Node end up to a millisecond early.
      const timer = setTimeout(resolve, seconds * 1000 + 1);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
