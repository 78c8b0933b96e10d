// The way to a connection with a backend: which one, a free connection or a new one, the next one when it cannot be reached.
// Nothing of the request has been sent while this goes on, so any request may be tried anywhere.

import type { BackendConnection } from "../backend/connection.ts";
import type { BackendPool } from "../backend/pool.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Visit } from "./visit.ts";

/** What came of it. */
export interface ApproachEvents {
  /** The pool's `open` counts this request already. */
  onConnection(connection: BackendConnection, pool: BackendPool): void;
  /** None could be reached within the patience; `why` of the last one, for the log. */
  onNone(why: string): void;
}

/** A free connection may be half closed: requests that cannot be sent twice take only those used a moment ago. */
const FRESH_MS = 500;
const AGAIN_MS = 50;

/** The search for one request. */
export class Approach {
  readonly #visit: Visit;
  readonly #around: Surroundings;
  readonly #events: ApproachEvents;
  readonly #freeWithinMs: number;
  readonly #until: number;
  #tried: Set<BackendPool> | undefined;
  #giveUp: (() => void) | undefined;
  #why = "it has no backend";

  constructor(visit: Visit, around: Surroundings, replaySafe: boolean, events: ApproachEvents) {
    this.#visit = visit;
    this.#around = around;
    this.#events = events;
    this.#freeWithinMs = replaySafe ? Number.POSITIVE_INFINITY : FRESH_MS;
    this.#until = Math.max(around.now() + around.settings.patienceMs, visit.heldUntil ?? 0);
  }

  /** Looks for one; `newOnly`: a free connection just turned out to be dead. */
  go(newOnly = false): void {
    const now = this.#around.now();
    const pool = this.#visit.route.choose(now, this.#tried);
    if (!pool) return void this.#waitForOne(now);
    pool.open++;
    const free = newOnly ? undefined : pool.takeFree(now, this.#freeWithinMs);
    if (free) return void this.#events.onConnection(free, pool);
    this.#giveUp = pool.connect((connection, why) => {
      this.#giveUp = undefined;
      if (connection) return this.#events.onConnection(connection, pool);
      this.release(pool);
      this.avoid(pool, why);
      this.go();
    });
  }

  /** This backend did not do: the next one is asked. */
  avoid(pool: BackendPool, why: string): void {
    this.#why = why;
    this.#tried ??= new Set();
    this.#tried.add(pool);
    if (pool.noteFailure(this.#around.now())) this.#tell(pool, false);
  }

  /** The backend answered. */
  praise(pool: BackendPool): void {
    if (pool.noteSuccess()) this.#tell(pool, true);
  }

  /** The request no longer has this backend. */
  release(pool: BackendPool): void {
    pool.open--;
    if (pool.open === 0) this.#around.released(pool);
  }

  stop(): void {
    this.#giveUp?.();
    this.#giveUp = undefined;
  }

  // A container that was started a moment ago does not listen yet; one that is replaced has its successor in the next table.
  #waitForOne(now: number): void {
    if (now + AGAIN_MS > this.#until) return void this.#events.onNone(this.#why);
    this.#tried = undefined;
    const again = () => {
      this.stop();
      this.go();
    };
    const timer = setTimeout(again, AGAIN_MS);
    const unwait = this.#visit.route.wait(again);
    this.#giveUp = () => {
      clearTimeout(timer);
      unwait?.();
    };
  }

  #tell(pool: BackendPool, ok: boolean): void {
    this.#around.tell({ kind: "backend", route: this.#visit.route.spec.id, backend: pool.id, ok });
  }
}
