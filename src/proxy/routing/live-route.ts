// A route while a proxy runs: what the table says of it, and what stays when the table changes: connections to backends,
// use, limits, and requests that wait for it to wake up.

import { chooseBackend } from "../backend/choose.ts";
import { BackendPool } from "../backend/pool.ts";
import type { ProxyRoute } from "../types.ts";
import { type Matcher, matchAny } from "./glob.ts";
import { RateBucket } from "./rate.ts";
import { UseCounter } from "./use.ts";

/** Asked once more when nothing came of it, for the server may have been restarted. */
const WAKE_AGAIN_MS = 5_000;
const WAITERS_AT_MOST = 1_000;

/** One route. */
export class LiveRoute {
  readonly use = new UseCounter();
  #spec: ProxyRoute;
  #pools: readonly BackendPool[] = [];
  #rate: RateBucket | undefined;
  #ignoresPath: Matcher = () => false;
  #ignoresAgent: Matcher = () => false;
  readonly #waiters = new Set<() => void>();
  #askedAt = 0;
  #turn = 0;
  /** Milliseconds; 0: it was there from the beginning. */
  wokenAt = 0;

  constructor(spec: ProxyRoute, share: number, now: number) {
    this.#spec = spec;
    this.update(spec, share, now);
  }

  get spec(): ProxyRoute {
    return this.#spec;
  }

  get host(): string {
    return this.#spec.host;
  }

  get path(): string {
    return this.#spec.path;
  }

  /** Some request waits for it to wake. */
  get awaited(): boolean {
    return this.#waiters.size > 0 && this.#spec.state === "asleep";
  }

  /** The backends of now. */
  get pools(): readonly BackendPool[] {
    return this.#pools;
  }

  /** Takes what a new table says. `share`: of its limits, what this process may use. Answers the backends that are gone. */
  update(spec: ProxyRoute, share: number, now: number): readonly BackendPool[] {
    const before = this.#spec;
    this.#spec = spec;
    if (before === spec || before.requestsPerSecond !== spec.requestsPerSecond) {
      const limit = spec.requestsPerSecond;
      this.#rate = limit === undefined ? undefined : new RateBucket(limit * share, now);
    }
    this.#ignoresPath = matchAny(spec.wake?.ignorePaths ?? [], false);
    this.#ignoresAgent = matchAny(spec.wake?.ignoreAgents ?? [], true);
    const gone = this.#exchangeBackends(spec);
    if (spec.state !== "asleep") this.#askedAt = 0;
    if (spec.state === "ready" && before.state !== "ready") this.wokenAt = now;
    if (spec.state !== "asleep" && spec.state !== "waking") this.#releaseWaiters();
    return gone;
  }

  /** A backend for a new request; see `chooseBackend`. */
  choose(now: number, tried?: ReadonlySet<BackendPool>): BackendPool | undefined {
    return chooseBackend(this.#pools, now, this.#turn++ & 0xffff, tried);
  }

  /** False: over the limit; then after how many seconds. */
  overLimit(now: number): number | undefined {
    return this.#rate?.take(now);
  }

  /** It neither wakes nor counts. */
  ignores(path: string, agent: string | undefined): boolean {
    if (!this.#spec.wake) return false;
    return this.#ignoresPath(path) || (agent !== undefined && this.#ignoresAgent(agent));
  }

  /** True: it is for this request to ask that it be woken. `anew`: who was asked before may never have heard of it. */
  mayAskToWake(now: number, anew = false): boolean {
    if (this.#spec.state !== "asleep" || (!anew && now - this.#askedAt < WAKE_AGAIN_MS)) return false;
    this.#askedAt = now;
    return true;
  }

  /** Calls back when something changed for those that wait; undefined: too many wait. The answer stops waiting. */
  wait(onChange: () => void): (() => void) | undefined {
    if (this.#waiters.size >= WAITERS_AT_MOST) return undefined;
    this.#waiters.add(onChange);
    return () => this.#waiters.delete(onChange);
  }

  /** It is gone from the table. Answers its backends. */
  close(): readonly BackendPool[] {
    this.#spec = { ...this.#spec, state: "down", backends: [] };
    const gone = this.#exchangeBackends(this.#spec);
    this.#releaseWaiters();
    return gone;
  }

  #exchangeBackends({ backends }: ProxyRoute): readonly BackendPool[] {
    const left = new Map(this.#pools.map((pool) => [keyOf(pool), pool]));
    this.#pools = backends.map((backend) => {
      const pool = left.get(keyOf(backend)) ?? new BackendPool(backend);
      left.delete(keyOf(backend));
      pool.draining = backend.draining;
      return pool;
    });
    const gone = [...left.values()];
    for (const pool of gone) pool.close();
    return gone;
  }

  #releaseWaiters(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }
}

function keyOf({ id, host, port }: { readonly id: string; readonly host: string; readonly port: number }): string {
  return `${id} ${host} ${port}`;
}
