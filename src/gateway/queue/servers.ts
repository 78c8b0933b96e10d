// The table `servers`: who works on the queue, by heartbeats. A server's life is judged by whether its heartbeat changes
// while we watch, on our own monotonic clock: neither a clock that jumps nor two clocks that differ can kill anybody.

import type { Kysely, Selectable } from "kysely";
import type { ServerRow, Tables } from "../../store/schema.ts";

/** Who a server is. An id belongs to one process at a time. */
export interface ServerName {
  readonly id: string;
  readonly host: string;
}

/** All servers that the store knows, the oldest first. */
export async function listServers(db: Kysely<Tables>): Promise<readonly Selectable<ServerRow>[]> {
  return db.selectFrom("servers").selectAll().orderBy("started_at").orderBy("id").execute();
}

/** Writes a heartbeat, and the row if there is none (any more). */
export async function writeHeartbeat(db: Kysely<Tables>, { id, host }: ServerName, now: number): Promise<void> {
  await db
    .insertInto("servers")
    .values({ id, host, started_at: now, heartbeat_at: now })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ heartbeat_at: now, host }))
    .execute();
}

/** Makes sure that the server has a row, so that others do not take what it claims for nobody's. */
export async function enter(db: Kysely<Tables>, { id, host }: ServerName, now: number): Promise<void> {
  await db
    .insertInto("servers")
    .values({ id, host, started_at: now, heartbeat_at: now })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
}

/** A heartbeat as last seen. */
export interface Heartbeat {
  readonly id: string;
  readonly heartbeat_at: number;
}

/** Watches the heartbeats of others. */
export class DeathWatch {
  readonly #silenceMs: number;
  readonly #monotonic: () => number;
  #seen = new Map<string, { readonly value: number; readonly since: number }>();
  #lastLook: number | undefined;

  /** @param silenceMs without a new heartbeat for so long a server is dead */
  constructor(silenceMs: number, monotonic: () => number) {
    this.#silenceMs = silenceMs;
    this.#monotonic = monotonic;
  }

  /** Those among the others that have been silent for too long, all the time under our eyes. */
  dead(others: readonly Heartbeat[]): readonly Heartbeat[] {
    const now = this.#monotonic();
    // Who did not look for so long has slept himself, and perhaps the others with him (a suspended machine).
    const slept = this.#lastLook !== undefined && now - this.#lastLook > this.#silenceMs;
    this.#lastLook = now;
    const seen = slept ? new Map() : this.#seen;
    this.#seen = new Map(
      others.map(({ id, heartbeat_at: value }) => {
        const before = seen.get(id);
        return [id, before?.value === value ? before : { value, since: now }];
      }),
    );
    return others.filter(({ id }) => now - (this.#seen.get(id)?.since ?? now) >= this.#silenceMs);
  }
}
