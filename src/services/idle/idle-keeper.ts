// Watches the use of services, puts those to sleep that nobody uses, and wakes those that somebody wants. Put together from
// the parts of this room; lives as long as the server.

import { reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { RouteUse } from "../../proxy/types.ts";
import type { IdleConfig } from "../../site/services/idle.ts";
import type { Store } from "../../store/store.ts";
import type { Engine } from "../engine/types.ts";
import type { Stacks } from "../stacks/types.ts";
import type { IdleState } from "../types.ts";
import { type Beat, startBeats } from "./beats.ts";
import { CpuMeter } from "./cpu.ts";
import { fail } from "./errors.ts";
import { IdleBook, type UseSpan } from "./idle-book.ts";
import type { KnownService } from "./known-service.ts";
import { KnownServices } from "./known-services.ts";
import { makeSteadyClock, type SteadyClock } from "./steady-clock.ts";
import { sweep } from "./sweep.ts";
import { Timeline } from "./timeline.ts";
import { type WakeChange, WakeDesk } from "./wake.ts";

/** What the keeper works with. */
export interface IdleOptions {
  readonly store: Store;
  readonly stacks: Pick<Stacks, "list" | "show" | "spec" | "watchState" | "sleep" | "wake" | "note">;
  readonly engine: Pick<Engine, "usage">;
  readonly config: () => IdleConfig;
  readonly log: Log;
  readonly clock?: SteadyClock | undefined;
  /** Of sweeps; 5 s unless said otherwise, 0: only when `sweep` is called. */
  readonly sweepMs?: number | undefined;
  /** Seconds between two reports of a proxy. */
  readonly trafficInterval?: number | undefined;
}

/** The use of all services. */
export class IdleKeeper {
  readonly #options: IdleOptions;
  readonly #clock: SteadyClock;
  readonly #services: KnownServices;
  readonly #book: IdleBook;
  readonly #timeline: Timeline;
  readonly #wakes: WakeDesk;
  readonly #cpu: CpuMeter;
  readonly #proxies = new Map<string, number>();
  readonly #warmths = new Map();
  readonly #stop = new AbortController();
  #listeningSince: number;
  #falling = new Set<Promise<void>>();
  #beats: Beat | undefined;

  private constructor(options: IdleOptions) {
    const { clock = makeSteadyClock(), store, config, engine, stacks, log } = options;
    this.#options = options;
    this.#clock = clock;
    this.#book = new IdleBook(store);
    this.#timeline = new Timeline(this.#book, () => {
      return { age: config().historyMs / 1000, length: config().historyLength };
    });
    this.#listeningSince = clock.now();
    this.#cpu = new CpuMeter(engine);
    this.#wakes = new WakeDesk({
      stacks,
      now: () => clock.now(),
      timeoutMs: () => config().wakeTimeoutMs,
      onChange: (stack, service, change) => this.#woken(stack, service, change),
    });
    this.#services = new KnownServices({
      ...{ stacks, log },
      onChange: (service) => this.#seen(service),
      onGone: (service) => this.#gone(service),
    });
  }

  /** Reads what was known, and begins. */
  static async open(options: IdleOptions): Promise<IdleKeeper> {
    const keeper = new IdleKeeper(options);
    const kept = await keeper.#book.all();
    await keeper.#services.open();
    for (const { stack, service, lastUse, asleepSince } of kept) {
      const known = keeper.#services.get(stack, service);
      if (!known) continue;
      if (lastUse !== undefined) known.use(lastUse);
      known.asleepSince ??= asleepSince;
      known.changed = false;
    }
    keeper.#beats = startBeats(keeper.#work(), options.log);
    return keeper;
  }

  /** What is known of a service's use; undefined: it has no policy, or does not run. */
  state(stack: string, service: string): IdleState | undefined {
    const decision = this.#services.get(stack, service)?.decision;
    if (!decision) return undefined;
    const { activity, because, lastUse, stopsAt } = decision;
    return { activity, because, lastUse, stopsAt };
  }

  /** How a service was since a moment; oldest first. */
  timeline(stack: string, service: string, since: number): Promise<readonly UseSpan[]> {
    return this.#timeline.since(stack, service, since);
  }

  /** A container of a stack says how much it is used. False: it is none of them. */
  checkIn(container: string, value: string): boolean {
    const known = this.#services.ofContainer(container);
    known?.report(container, { value, at: this.#clock.now() });
    return known !== undefined;
  }

  /** A proxy says how routes are used; what it does not name is not in use. `proxy`: which of them. */
  traffic(proxy: string, routes: readonly RouteUse[]): void {
    const at = this.#clock.now();
    this.#proxies.set(proxy, at);
    const sums = new Map<KnownService, { open: number; lastUse: number; at: number }>();
    for (const { route, open, lastUse } of routes) {
      const known = this.#ofRoute(route);
      if (!known) continue;
      const sum = sums.get(known);
      sums.set(known, { at, open: open + (sum?.open ?? 0), lastUse: Math.max(lastUse, sum?.lastUse ?? 0) });
    }
    for (const known of this.#services.all()) {
      const said = sums.get(known);
      if (said) known.seeTraffic(proxy, said);
      else known.forgetProxy(proxy);
    }
  }

  /** A proxy ended. */
  forgetProxy(proxy: string): void {
    this.#proxies.delete(proxy);
    for (const known of this.#services.all()) known.forgetProxy(proxy);
  }

  /** Wakes what a route leads to. @throws E_WAKE_ROUTE, E_WAKE_FAILED, E_WAKE_SLOW */
  wakeRoute(route: string, signal?: AbortSignal): Promise<void> {
    const [stack, service] = route.split("/");
    if (!stack || !service) return Promise.reject(fail("E_WAKE_ROUTE", { route }));
    return this.wake(stack, service, signal);
  }

  /** Wakes a service; nothing if it runs. @throws E_WAKE_FAILED, E_WAKE_SLOW */
  async wake(stack: string, service: string, signal?: AbortSignal): Promise<void> {
    await this.#wakes.wake(stack, service, signal);
  }

  waking(stack: string, service: string): boolean {
    return this.#wakes.waking(stack, service);
  }

  /** Looks at all services now. Resolves when those that nobody uses sleep. */
  async sweep(): Promise<void> {
    await this.#sweep();
    await Promise.all(this.#falling);
  }

  /** Resolves when everything heard of is taken over. */
  async settled(): Promise<void> {
    await this.#services.settled();
    await Promise.all(this.#falling);
  }

  /** Ends; what waits to be written is written. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#beats?.end();
    await this.#services.close();
    await Promise.all(this.#falling);
    await this.#write();
  }

  #work() {
    const { sweepMs = 5000, config } = this.#options;
    if (sweepMs === 0) return [];
    return [
      { what: "looking at the use of services", everyMs: () => sweepMs, work: () => this.#sweep() },
      { what: "writing the use of services", everyMs: () => 30_000, work: () => this.#write() },
      { what: "measuring services", everyMs: () => config().cpuIntervalMs, work: () => this.measure() },
      {
        what: "trimming the timeline of use",
        everyMs: () => 3_600_000,
        work: () => this.#timeline.trim(this.#clock.now()),
      },
    ];
  }

  /** Measures the CPU time of those services whose policy asks for it. */
  measure(): Promise<void> {
    return this.#cpu.measure(this.#services.all(), () => this.#clock.now(), this.#stop.signal);
  }

  async #sweep(): Promise<void> {
    this.#settleClock();
    const { config, trafficInterval = 10 } = this.#options;
    const { reportIntervalMs, cpuIntervalMs, timeZone } = config();
    const now = this.#clock.now();
    const times = { reportInterval: reportIntervalMs / 1000, cpuInterval: cpuIntervalMs / 1000, trafficInterval };
    const rules = { ...times, listeningSince: this.#listeningSince };
    const view = { services: this.#services.all(), proxies: this.#proxies, rules, timeZone, warmths: this.#warmths };
    const sleepy = sweep(view, now);
    for (const known of this.#services.all()) this.#note(known, now);
    for (const known of sleepy) this.#layDown(known);
  }

  #settleClock(): void {
    const step = this.#clock.settle();
    if (step === 0) return;
    this.#options.log.warn(`the clock was set by ${Math.round(step)} s; the time of idle services goes on as before`);
    this.#listeningSince += step;
    for (const known of this.#services.all()) known.moveTimes(step);
    for (const [proxy, at] of this.#proxies) this.#proxies.set(proxy, at + step);
    this.#warmths.clear();
  }

  #note(known: KnownService, now: number): void {
    const { stack, service, decision } = known;
    if (decision && !known.busy) {
      const { activity, because } = decision;
      this.#timeline.note({ stack, service, at: now, activity, because });
    }
  }

  #layDown(known: KnownService): void {
    const { stack, service, policy, decision } = known;
    const { action } = policy.idle;
    if (action === "none" || !decision || this.#wakes.waking(stack, service)) return;
    known.busy = true;
    const task = this.#options.stacks
      .sleep(stack, service, action, `nobody uses it: ${decision.because}`)
      .then((slept) => {
        // Refused because something else is under way: the next sweep sees what became of it.
        if (slept) this.#seen(known);
      })
      .catch((error: unknown) => {
        this.#options.log.warn(`${service} of ${stack} was not put to sleep: ${reasonOf(error)}`);
      })
      .finally(() => {
        known.busy = false;
        this.#falling.delete(task);
      });
    this.#falling.add(task);
  }

  #seen(known: KnownService): void {
    const { stack, service, wakefulness } = known;
    const at = this.#clock.now();
    const before = known.asleepSince;
    known.asleepSince = wakefulness === "asleep" ? (before ?? at) : undefined;
    known.changed ||= before !== known.asleepSince;
    if (wakefulness === "awake" || this.#wakes.waking(stack, service)) return;
    if (wakefulness === "asleep")
      this.#timeline.note({ stack, service, at, activity: "asleep", because: "nobody used it" });
    else this.#timeline.note({ stack, service, at, activity: "stopped", because: "it was stopped" });
  }

  #gone({ stack, service }: KnownService): void {
    this.#timeline.forget(stack, service);
    void this.#book.forget(stack, service).catch((error: unknown) => this.#options.log.warn(reasonOf(error)));
  }

  #woken(stack: string, service: string, change: WakeChange): void {
    const at = this.#clock.now();
    const known = this.#services.get(stack, service);
    if (change.kind === "began")
      this.#timeline.note({ stack, service, at, activity: "waking", because: "somebody wants it" });
    // Whoever wanted it has not been there yet.
    if (change.kind === "woken") known?.use(at);
    if (change.kind === "failed") {
      this.#options.log.warn(`${service} of ${stack} did not wake: ${change.reason}`);
      this.#timeline.note({ stack, service, at, activity: "asleep", because: `it did not wake: ${change.reason}` });
    }
  }

  #ofRoute(route: string): KnownService | undefined {
    const [stack = "", service = ""] = route.split("/");
    return this.#services.get(stack, service);
  }

  async #write(): Promise<void> {
    const changed = [...this.#services.all()].filter((known) => known.changed);
    const spans = this.#timeline.take();
    if (changed.length + spans.length === 0) return;
    for (const known of changed) known.changed = false;
    try {
      await this.#book.write(changed, spans);
    } catch (error) {
      for (const known of changed) known.changed = true;
      this.#timeline.putBack(spans);
      throw error;
    }
  }
}
