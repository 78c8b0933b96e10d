// What is known of one service while the server runs: fed by reports, proxies, measurements and the stacks' state, read by
// the sweep. Owns nothing outside memory.

import { reasonOf } from "../../base/errors.ts";
import type { IdleSpec } from "../../recipe/stack/types.ts";
import { parseWarmHours, type WarmHours } from "../../recipe/stack/warm-hours.ts";
import type { Service } from "../types.ts";
import type { CpuUse, Decision, KnownUse, Report, Traffic } from "./decide.ts";

/** What the room wants to know of a service besides its state. */
export interface ServicePolicy {
  readonly idle: IdleSpec;
  readonly hours: readonly WarmHours[];
}

/** A policy with its hours read. Those that nobody understands are left out, and named. */
export function policyOf(idle: IdleSpec): { readonly policy: ServicePolicy; readonly wrong: readonly string[] } {
  const hours: WarmHours[] = [];
  const wrong: string[] = [];
  for (const text of idle.keepWarm) {
    try {
      hours.push(parseWarmHours(text));
    } catch (error) {
      wrong.push(reasonOf(error));
    }
  }
  return { policy: { idle, hours }, wrong };
}

/** How a service is, as far as its use is concerned. */
export type Wakefulness = "awake" | "asleep" | "off";

/** One service. */
export class KnownService {
  readonly stack: string;
  readonly service: string;
  policy: ServicePolicy;
  wakefulness: Wakefulness = "off";
  /** Seconds since 1970: when its newest container was started. */
  startedAt = 0;
  asleepSince: number | undefined;
  lastUse: number | undefined;
  /** Until then the decision holds, unless something is heard; seconds since 1970. */
  decidedUntil = 0;
  decision: Decision | undefined;
  /** The sweep puts it to sleep at the moment. */
  busy = false;
  /** Something is to be written down. */
  changed = false;
  containers: readonly string[] = [];
  /** Services of the stack that depend on it. */
  dependents: readonly string[] = [];
  #engineStart = 0;
  #neededBy: string | undefined;
  #cpu: CpuUse | undefined;
  readonly #reports = new Map<string, Report>();
  readonly #traffic = new Map<string, Traffic>();

  constructor(stack: string, service: string, policy: ServicePolicy) {
    this.stack = stack;
    this.service = service;
    this.policy = policy;
  }

  /** A service that runs and depends on this one; undefined: none does. */
  get neededBy(): string | undefined {
    return this.#neededBy;
  }

  /** Takes over which services of the stack run. */
  seeOthers(running: ReadonlySet<string>): void {
    const needed = this.dependents.find((name) => running.has(name));
    if (needed !== this.#neededBy) this.decidedUntil = 0;
    this.#neededBy = needed;
  }

  get cpu(): CpuUse | undefined {
    return this.#cpu;
  }

  measured(cpu: CpuUse): void {
    this.#cpu = cpu;
    this.decidedUntil = 0;
  }

  /** Takes over how it is now. True: it went to sleep, woke, or runs anew. */
  see(seen: Pick<Service, "state" | "containers">): boolean {
    const running = seen.containers.filter(({ status }) => status === "running");
    const start = Math.max(0, ...running.map((container) => container.startedAt ?? 0));
    const now: Wakefulness = running.length > 0 ? "awake" : SLEEPING.has(seen.state) ? "asleep" : "off";
    this.decidedUntil = 0;
    // By the engine's reading: ours moves with the clock, its stays.
    const anew = start !== this.#engineStart;
    const differs = now !== this.wakefulness || (now === "awake" && anew);
    this.wakefulness = now;
    if (anew) this.startedAt = start;
    this.#engineStart = start;
    this.containers = running.map(({ id }) => id);
    for (const id of this.#reports.keys()) if (!this.containers.includes(id)) this.#reports.delete(id);
    return differs;
  }

  report(container: string, report: Report): void {
    this.#reports.set(container, report);
    if (report.value !== "0") this.use(report.at);
    this.decidedUntil = 0;
  }

  /** What one proxy says of all routes of this service together. */
  seeTraffic(proxy: string, traffic: Traffic): void {
    this.#traffic.set(proxy, traffic);
    this.decidedUntil = 0;
    if (traffic.lastUse > 0) this.use(traffic.lastUse);
    if (traffic.open > 0) this.use(traffic.at);
  }

  /** A proxy ended, or says nothing of this service any more. */
  forgetProxy(proxy: string): void {
    if (this.#traffic.delete(proxy)) this.decidedUntil = 0;
  }

  use(at: number): void {
    if (at <= (this.lastUse ?? 0)) return;
    this.lastUse = at;
    this.decidedUntil = 0;
    this.changed = true;
  }

  /** What the decision is made of. `proxies`: when each of them last spoke, for those that said nothing of this one. */
  known(proxies: ReadonlyMap<string, number>, fresh: number): KnownUse {
    let traffic: Traffic | undefined;
    for (const [proxy, at] of proxies) {
      const said = this.#traffic.get(proxy);
      // One that ended without a word must not keep a service awake by what it said last.
      if (at < fresh) continue;
      traffic = {
        at: Math.max(at, traffic?.at ?? 0),
        open: (said?.open ?? 0) + (traffic?.open ?? 0),
        lastUse: Math.max(said?.lastUse ?? 0, traffic?.lastUse ?? 0),
      };
    }
    const { startedAt, lastUse } = this;
    return { startedAt, lastUse, cpu: this.#cpu, traffic, reports: [...this.#reports.values()] };
  }

  /** The clock was set: everything moves along. */
  moveTimes(seconds: number): void {
    if (this.lastUse !== undefined) this.lastUse += seconds;
    if (this.asleepSince !== undefined) this.asleepSince += seconds;
    this.startedAt += seconds;
    this.decidedUntil = 0;
    const { busyAt } = this.#cpu ?? {};
    if (this.#cpu)
      this.#cpu = {
        ...this.#cpu,
        at: this.#cpu.at + seconds,
        busyAt: busyAt === undefined ? undefined : busyAt + seconds,
      };
    for (const [id, report] of this.#reports) this.#reports.set(id, { ...report, at: report.at + seconds });
    for (const [id, said] of this.#traffic)
      this.#traffic.set(id, { ...said, at: said.at + seconds, lastUse: said.lastUse && said.lastUse + seconds });
    this.changed = true;
  }
}

const SLEEPING: ReadonlySet<Service["state"]> = new Set(["asleep", "paused", "waking"]);
