// The timeline of each service's use: a new stretch when its activity changes. What is new waits in memory until it is
// written; what is old goes.

import type { IdleBook, SpanActivity, UseSpan } from "./idle-book.ts";

/** How much is kept. */
export interface TimelineLimits {
  /** Seconds. */
  readonly age: number;
  /** Stretches of one service. */
  readonly length: number;
}

/** Unwritten stretches while the database is away; the oldest go first. */
const MOST_WAITING = 100_000;
/** New stretches of a service after which the old ones are counted. */
const TRIM_EVERY = 50;
/** Seconds between two stretches at least. */
const TICK = 0.001;

/** The timelines of all services. */
export class Timeline {
  readonly #book: IdleBook;
  readonly #limits: () => TimelineLimits;
  readonly #last = new Map<string, { readonly activity: SpanActivity; readonly at: number }>();
  readonly #untrimmed = new Map<string, number>();
  #waiting: UseSpan[] = [];

  constructor(book: IdleBook, limits: () => TimelineLimits) {
    this.#book = book;
    this.#limits = limits;
  }

  /** An earlier server wrote this last of a service: what was so then is no news if it still is. */
  resume(span: Pick<UseSpan, "stack" | "service" | "activity" | "at">): void {
    this.#last.set(keyOf(span), { activity: span.activity, at: span.at });
  }

  /** A service is so from now on. False: it was before. */
  note(span: UseSpan): boolean {
    const key = keyOf(span);
    const last = this.#last.get(key);
    if (last?.activity === span.activity) return false;
    // What happens within a clock's tick still has its order.
    const at = Math.max(span.at, last ? last.at + TICK : 0);
    this.#last.set(key, { activity: span.activity, at });
    this.#waiting.push({ ...span, at });
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
    this.#untrimmed.set(key, (this.#untrimmed.get(key) ?? 0) + 1);
    return true;
  }

  /** Hands over what waits to be written; `putBack` when it could not be. */
  take(): readonly UseSpan[] {
    return this.#waiting.splice(0);
  }

  putBack(spans: readonly UseSpan[]): void {
    this.#waiting = [...spans, ...this.#waiting].slice(-MOST_WAITING);
  }

  /** Since a moment, oldest first: what is written and what waits. */
  async since(stack: string, service: string, since: number): Promise<readonly UseSpan[]> {
    const waiting = this.#waiting.filter((span) => span.stack === stack && span.service === service);
    const written = await this.#book.spans(stack, service, since, this.#limits().length);
    return [...written, ...waiting];
  }

  /** Removes what is too much. */
  async trim(now: number): Promise<void> {
    const { age, length } = this.#limits();
    await this.#book.forgetBefore(now - age);
    for (const [key, count] of this.#untrimmed) {
      if (count < TRIM_EVERY) continue;
      const [stack = "", service = ""] = key.split("/");
      await this.#book.trim(stack, service, length);
      this.#untrimmed.delete(key);
    }
  }

  /** The clock was set: what comes next is later all the same. */
  moveTimes(seconds: number): void {
    for (const [key, { activity, at }] of this.#last) this.#last.set(key, { activity, at: at + seconds });
  }

  forget(stack: string, service: string): void {
    const key = keyOf({ stack, service });
    this.#last.delete(key);
    this.#untrimmed.delete(key);
    this.#waiting = this.#waiting.filter((span) => keyOf(span) !== key);
  }
}

function keyOf({ stack, service }: Pick<UseSpan, "stack" | "service">): string {
  return `${stack}/${service}`;
}
