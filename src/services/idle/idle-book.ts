// What survives a restart of the server: when services were last used, and the timeline of their use, which is bounded.
// Written in batches: nothing of it is worth a transaction of its own.

import type { Insertable } from "kysely";
import type { IdleServiceRow, IdleSpanRow } from "../../store/schema-idle.ts";
import type { Store } from "../../store/store.ts";

/** What is kept of a service. */
export interface KeptUse {
  readonly stack: string;
  readonly service: string;
  readonly lastUse: number | undefined;
  readonly asleepSince: number | undefined;
}

/** What an earlier server wrote of a service. */
export interface FormerUse extends KeptUse {
  /** The newest entry of its timeline. */
  readonly last: Pick<UseSpan, "at" | "activity"> | undefined;
}

/** How a service was from a moment on. */
export interface UseSpan {
  readonly stack: string;
  readonly service: string;
  readonly at: number;
  readonly activity: SpanActivity;
  readonly because: string;
}

export type SpanActivity = "active" | "idle" | "unknown" | "warm" | "asleep" | "waking" | "stopped";

/** Rows of one statement: SQLite binds at most 32,766 values. */
const BATCH = 500;

/** The records of this room. Failures: E_STORE_… */
export class IdleBook {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async all(): Promise<readonly FormerUse[]> {
    const rows = await this.#store.db
      .selectFrom("idle_services")
      .selectAll()
      .select((row) => {
        const newest = row
          .selectFrom("idle_spans")
          .whereRef("idle_spans.stack", "=", "idle_services.stack")
          .whereRef("idle_spans.service", "=", "idle_services.service")
          .orderBy("at", "desc")
          .limit(1);
        return [newest.select("at").as("at"), newest.select("activity").as("activity")];
      })
      .execute();
    return rows.map(({ stack, service, last_use, asleep_since, at, activity }) => {
      const last = at === null || activity === null ? undefined : { at, activity: activity as SpanActivity };
      return { stack, service, lastUse: last_use ?? undefined, asleepSince: asleep_since ?? undefined, last };
    });
  }

  /** Writes all of it in one transaction. */
  async write(uses: readonly KeptUse[], spans: readonly UseSpan[]): Promise<void> {
    await this.#store.transaction(async (trx) => {
      for (const batch of batches(uses))
        await trx
          .insertInto("idle_services")
          .values(batch.map(useRow))
          .onConflict((conflict) =>
            conflict.columns(["stack", "service"]).doUpdateSet((column) => ({
              last_use: column.ref("excluded.last_use"),
              asleep_since: column.ref("excluded.asleep_since"),
            })),
          )
          .execute();
      for (const batch of batches(spans))
        await trx
          .insertInto("idle_spans")
          .values(batch.map((span): Insertable<IdleSpanRow> => ({ ...span })))
          .onConflict((conflict) => conflict.columns(["stack", "service", "at"]).doNothing())
          .execute();
    });
  }

  /** The timeline since a moment, with the span in which that moment lies; oldest first. */
  async spans(stack: string, service: string, since: number, limit: number): Promise<readonly UseSpan[]> {
    const mine = this.#store.db
      .selectFrom("idle_spans")
      .selectAll()
      .where("stack", "=", stack)
      .where("service", "=", service)
      .orderBy("at", "desc");
    const after = await mine.where("at", ">", since).limit(limit).execute();
    const around = after.length < limit ? await mine.where("at", "<=", since).limit(1).execute() : [];
    return [...after, ...around].reverse().map((row) => ({ ...row, activity: row.activity as SpanActivity }));
  }

  /** Of one service the newest so many stay. */
  async trim(stack: string, service: string, keep: number): Promise<void> {
    const { db } = this.#store;
    const mine = db.selectFrom("idle_spans").select("at").where("stack", "=", stack).where("service", "=", service);
    const oldest = await mine
      .orderBy("at", "desc")
      .offset(keep - 1)
      .limit(1)
      .executeTakeFirst();
    if (!oldest) return;
    const old = db.deleteFrom("idle_spans").where("stack", "=", stack).where("service", "=", service);
    await old.where("at", "<", oldest.at).execute();
  }

  /** Of all services nothing from before a moment stays. */
  async forgetBefore(moment: number): Promise<void> {
    await this.#store.db.deleteFrom("idle_spans").where("at", "<", moment).execute();
  }

  async forget(stack: string, service: string): Promise<void> {
    for (const table of ["idle_services", "idle_spans"] as const)
      await this.#store.db.deleteFrom(table).where("stack", "=", stack).where("service", "=", service).execute();
  }
}

function useRow({ stack, service, lastUse, asleepSince }: KeptUse): Insertable<IdleServiceRow> {
  return { stack, service, last_use: lastUse ?? null, asleep_since: asleepSince ?? null };
}

function* batches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += BATCH) yield all.slice(at, at + BATCH);
}
