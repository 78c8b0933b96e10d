// Watches the use of services, puts those to sleep that nobody uses, and wakes those that somebody wants. Put together from
// the parts of this room; lives as long as the server.

import { setImmediate } from "node:timers/promises";
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
import type { Warmth } from "./keep-warm.ts";
import type { KnownService } from "./known-service.ts";
import { KnownServices } from "./known-services.ts";
import { ProxyReports } from "./proxy-reports.ts";
import { makeSteadyClock, type SteadyClock } from "./steady-clock.ts";
import { decideAbout, type SweepView, sweep } from "./sweep.ts";
import { Timeline } from "./timeline.ts";
import { UseHistory } from "./use-history.ts";
import { WakeDesk } from "./wake.ts";

/** What the keeper works with. */
export interface IdleOptions {
  readonly store: Store;
  readonly stacks: Pick<Stacks, "list" | "show" | "spec" | "watchState" | "sleep" | "wake">;
  readonly engine: Pick<Engine, "usage">;
  readonly config: () => IdleConfig;
  readonly log: Log;
  readonly clock?: SteadyClock | undefined;
  /** Milliseconds between sweeps; 5 s unless said otherwise. 0: only when `sweep` is called. */
  readonly sweepMs?: number | undefined;
  /** Seconds between two reports of a proxy; 10 unless said otherwise. */
  readonly trafficInterval?: number | undefined;
}

/** Seconds after which a proxy that says nothing is forgotten. */
const SILENT = 3600;

/** The use of all services. */
export class IdleKeeper {
  readonly #options: IdleOptions;
  readonly #clock: SteadyClock;
  readonly #services: KnownServices;
  readonly #proxies: ProxyReports;
  readonly #history: UseHistory;
  readonly #wakes: WakeDesk;
  readonly #cpu: CpuMeter;
  readonly #warmths = new Map<string, Warmth>();
  readonly #stop = new AbortController();
  readonly #falling = new Set<Promise<void>>();
  #listeningSince: number;
  #beats: Beat | undefined;

  private constructor(options: IdleOptions) {
    const { clock = makeSteadyClock(), store, config, engine, stacks, log } = options;
    this.#options = options;
    this.#clock = clock;
    this.#listeningSince = clock.now();
    this.#cpu = new CpuMeter(engine);
    this.#services = new KnownServices({
      ...{ stacks, log },
      onChange: (known) => this.#history.seen(known, this.#wakes.waking(known.stack, known.service), clock.now()),
      onGone: (known) => this.#history.gone(known),
    });
    this.#proxies = new ProxyReports(this.#services);
    const book = new IdleBook(store);
    const limits = () => ({ age: config().historyMs / 1000, length: config().historyLength });
    this.#history = new UseHistory({ book, timeline: new Timeline(book, limits), log, services: this.#services });
    this.#wakes = new WakeDesk({
      stacks,
      now: () => clock.now(),
      timeoutMs: () => config().wakeTimeoutMs,
      onChange: (stack, service, change) => this.#history.woken(stack, service, change, clock.now()),
    });
  }

  /** Reads what was known, and begins. */
  static async open(options: IdleOptions): Promise<IdleKeeper> {
    const keeper = new IdleKeeper(options);
    const former = await keeper.#history.read(keeper.#clock.now());
    await keeper.#services.open();
    keeper.#history.restore(former);
    keeper.#beats = startBeats(keeper.#work(), options.log);
    return keeper;
  }

  /** What is known of a service's use; undefined: it has no policy, or does not run. */
  state(stack: string, service: string): IdleState | undefined {
    const known = this.#services.get(stack, service);
    if (known?.wakefulness !== "awake") return undefined;
    const { activity, because, lastUse, stopsAt } = decideAbout(known, this.#view(), this.#clock.now()).decision;
    return { activity, because, lastUse, stopsAt };
  }

  /** How a service was since a moment (seconds since 1970); oldest first. */
  timeline(stack: string, service: string, since: number): Promise<readonly UseSpan[]> {
    return this.#history.since(stack, service, since);
  }

  /** A container of a stack says how much it is used. False: it is none of them. */
  checkIn(container: string, value: string): boolean {
    const known = this.#services.ofContainer(container);
    known?.report(container, { value, at: this.#clock.now() });
    return known !== undefined;
  }

  /** A proxy says how routes are used since its report before; what it does not name is not in use. */
  traffic(proxy: string, routes: readonly RouteUse[]): void {
    this.#proxies.take(proxy, this.#clock.now(), routes);
  }

  /** A proxy ended. */
  forgetProxy(proxy: string): void {
    this.#proxies.forget(proxy);
  }

  /** Wakes what a route leads to. @throws E_WAKE_ROUTE, E_WAKE_FAILED, E_WAKE_SLOW; the signal's reason */
  wakeRoute(route: string, signal?: AbortSignal): Promise<void> {
    const [stack, service] = route.split("/");
    if (!stack || !service) return Promise.reject(fail("E_WAKE_ROUTE", { route }));
    return this.wake(stack, service, signal);
  }

  /** Wakes a service; nothing if it runs. @throws E_WAKE_FAILED, E_WAKE_SLOW; the signal's reason */
  wake(stack: string, service: string, signal?: AbortSignal): Promise<void> {
    return this.#wakes.wake(stack, service, signal);
  }

  /** Somebody changed a stack: that its services could not be woken before says nothing any more. */
  forgive(stack: string): void {
    this.#wakes.forgive(stack);
  }

  /** True while somebody wakes it. */
  waking(stack: string, service: string): boolean {
    return this.#wakes.waking(stack, service);
  }

  /** Looks at all services now. Resolves when those that nobody uses sleep. */
  async sweep(): Promise<void> {
    await this.#sweep();
    await this.settled();
  }

  /** Measures the CPU time of those services whose policy asks for it. */
  measure(): Promise<void> {
    return this.#cpu.measure(this.#services.all(), () => this.#clock.now(), this.#stop.signal);
  }

  /** The configuration changed: the next sweep decides about all services by the new one. */
  configured(): void {
    for (const known of this.#services.all()) known.decidedUntil = 0;
  }

  /** Resolves when everything heard of is taken over. */
  async settled(): Promise<void> {
    await Promise.all(this.#falling);
    await this.#services.settled();
  }

  /** Ends; what waits to be written is written. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#beats?.end();
    await this.#services.close();
    await Promise.all(this.#falling);
    // Whoever closes has more to close.
    await this.#history.write().catch((error: unknown) => {
      this.#options.log.warn(`the use of services was not written: ${reasonOf(error)}`);
    });
  }

  #work() {
    const { sweepMs = 5000, config } = this.#options;
    if (sweepMs === 0) return [];
    return [
      { what: "looking at the use of services", everyMs: () => sweepMs, work: () => this.#sweep() },
      { what: "writing the use of services", everyMs: () => 30_000, work: () => this.#history.write() },
      { what: "measuring services", everyMs: () => config().cpuIntervalMs, work: () => this.measure() },
      { what: "trimming timelines", everyMs: () => 3_600_000, work: () => this.#history.trim(this.#clock.now()) },
    ];
  }

  #view(): SweepView {
    const { config, trafficInterval = 10 } = this.#options;
    const { reportIntervalMs, cpuIntervalMs, timeZone } = config();
    const times = { reportInterval: reportIntervalMs / 1000, cpuInterval: cpuIntervalMs / 1000, trafficInterval };
    const rules = { ...times, listeningSince: this.#listeningSince };
    return { services: this.#services.all(), proxies: this.#proxies.spoke, rules, timeZone, warmths: this.#warmths };
  }

  async #sweep(): Promise<void> {
    this.#settleClock();
    const now = this.#clock.now();
    this.#proxies.forgetSilent(now - SILENT);
    for (const { looked, sleepy } of sweep(this.#view(), now)) {
      for (const known of looked) this.#history.decided(known, now);
      for (const known of sleepy) this.#layDown(known);
      // Whoever asks something meanwhile is answered between two slices.
      await setImmediate();
      if (this.#stop.signal.aborted) return;
    }
  }

  #settleClock(): void {
    const step = this.#clock.settle();
    if (step === 0) return;
    this.#options.log.warn(`the clock was set by ${Math.round(step)} s; the time of idle services goes on as before`);
    this.#listeningSince += step;
    for (const known of this.#services.all()) known.moveTimes(step);
    this.#proxies.moveTimes(step);
    this.#wakes.moveTimes(step);
    this.#history.moveTimes(step);
    this.#warmths.clear();
  }

  #layDown(known: KnownService): void {
    const { stack, service, policy, decision } = known;
    const { action } = policy.idle;
    if (action === "none" || !decision || this.#wakes.waking(stack, service)) return;
    known.busy = true;
    const task = this.#options.stacks
      .sleep(stack, service, action, `nobody uses it: ${decision.because}`)
      // False: something else is under way; the next sweep sees what became of it.
      .then(() => this.#services.lookAgain(stack))
      .catch((error: unknown) => {
        this.#options.log.warn(`${service} of ${stack} was not put to sleep: ${reasonOf(error)}`);
      })
      .finally(() => {
        known.busy = false;
        this.#falling.delete(task);
      });
    this.#falling.add(task);
  }
}
