// Keeps what services went through: the moment of their last use, and the timeline. In memory first, written now and then.

import { reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { FormerUse, IdleBook, UseSpan } from "./idle-book.ts";
import type { KnownService } from "./known-service.ts";
import type { KnownServices } from "./known-services.ts";
import type { Timeline } from "./timeline.ts";
import type { WakeChange } from "./wake.ts";

export interface HistoryParts {
  readonly book: IdleBook;
  readonly timeline: Timeline;
  readonly log: Log;
  readonly services: Pick<KnownServices, "get" | "all">;
}

/** The past of all services. */
export class UseHistory {
  readonly #parts: HistoryParts;

  constructor(parts: HistoryParts) {
    this.#parts = parts;
  }

  /** Reads what an earlier server wrote; before services are known, for what they are then is compared with it. */
  async read(now: number): Promise<readonly FormerUse[]> {
    const { book, timeline } = this.#parts;
    const former = await book.all();
    // What lies ahead was written before the clock was set back.
    for (const { stack, service, last } of former)
      if (last) timeline.resume({ stack, service, activity: last.activity, at: Math.min(last.at, now) });
    return former;
  }

  /** Takes it over. */
  restore(former: readonly FormerUse[]): void {
    const { services } = this.#parts;
    for (const { stack, service, lastUse, asleepSince } of former) {
      const known = services.get(stack, service);
      if (!known) continue;
      if (lastUse !== undefined) known.use(lastUse);
      if (known.wakefulness === "asleep") known.asleepSince = asleepSince ?? known.asleepSince;
      known.changed = false;
    }
  }

  /** A sweep decided. */
  decided(known: KnownService, at: number): void {
    const { stack, service, decision, busy } = known;
    if (!decision || busy) return;
    const { activity, because } = decision;
    // With a record of its own the next server finds how it was last.
    known.changed = this.#parts.timeline.note({ stack, service, at, activity, because }) || known.changed;
  }

  /** A service slept, woke, was stopped or started. */
  seen(known: KnownService, waking: boolean, at: number): void {
    const { stack, service, wakefulness } = known;
    const before = known.asleepSince;
    known.asleepSince = wakefulness === "asleep" ? (before ?? at) : undefined;
    known.changed ||= before !== known.asleepSince;
    if (wakefulness === "awake" || waking) return;
    const [activity, because] =
      wakefulness === "asleep" ? (["asleep", "nobody used it"] as const) : (["stopped", "it does not run"] as const);
    this.#parts.timeline.note({ stack, service, at, activity, because });
  }

  /** Something happened to a wake. */
  woken(stack: string, service: string, change: WakeChange, at: number): void {
    const { services, timeline, log } = this.#parts;
    const known = services.get(stack, service);
    if (change.kind === "began" && known?.wakefulness !== "awake")
      timeline.note({ stack, service, at, activity: "waking", because: "somebody wants it" });
    // Whoever wanted it has not been there yet.
    if (change.kind === "woken") known?.use(at);
    if (change.kind !== "failed") return;
    log.warn(`${service} of ${stack} did not wake: ${change.reason}`);
    timeline.note({ stack, service, at, activity: "asleep", because: `it did not wake: ${change.reason}` });
  }

  /** A service, or its policy, is no more. */
  gone({ stack, service }: KnownService): void {
    const { timeline, book, log } = this.#parts;
    timeline.forget(stack, service);
    void book.forget(stack, service).catch((error: unknown) => log.warn(reasonOf(error)));
  }

  since(stack: string, service: string, since: number): Promise<readonly UseSpan[]> {
    return this.#parts.timeline.since(stack, service, since);
  }

  /** The clock was set. */
  moveTimes(seconds: number): void {
    this.#parts.timeline.moveTimes(seconds);
  }

  trim(now: number): Promise<void> {
    return this.#parts.timeline.trim(now);
  }

  /** Writes what is new. @throws E_STORE_…; it then waits for the next time */
  async write(): Promise<void> {
    const { services, timeline, book } = this.#parts;
    const changed = [...services.all()].filter((known) => known.changed);
    const spans = timeline.take();
    if (changed.length + spans.length === 0) return;
    for (const known of changed) known.changed = false;
    try {
      await book.write(changed, spans);
    } catch (error) {
      for (const known of changed) known.changed = true;
      timeline.putBack(spans);
      throw error;
    }
  }
}
