// A store in PostgreSQL, shared by several servers. Transactions that fell victim to others or to a restart of the
// database are run again, as long as it is certain that they were not committed.

import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, PostgresDialect, sql, type Transaction } from "kysely";
import { BerthError, hasCode, reasonOf } from "../../base/errors.ts";
import { fail } from "../errors.ts";
import { migrate } from "../migrate.ts";
import type { StoreOptions } from "../open-store.ts";
import type { Tables } from "../schema.ts";
import type { Listener, Store } from "../store.ts";
import { isConflict } from "./errors.ts";
import { PostgresNews } from "./news.ts";
import { clientConfig, openPool, PATIENCE_MS } from "./pool.ts";

const ATTEMPTS = 8;

/** Connects and migrates. @throws E_STORE_OPEN, E_STORE_AWAY, E_STORE_NEWER, E_STORE_MIGRATION */
export async function openPostgres(url: string, options: StoreOptions): Promise<Store> {
  const where = withoutPassword(url);
  const migrating = connectTo({ url, where, connections: 1, patient: true });
  try {
    await migrate({ db: migrating, kind: "postgres", where });
  } finally {
    await migrating.destroy();
  }
  const db = connectTo({ url, where, connections: options.connections ?? 10 });
  return new PostgresStore(db, new PostgresNews(clientConfig(url)), options.now);
}

function connectTo(pool: Parameters<typeof openPool>[0]): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: openPool(pool) }) });
}

class PostgresStore implements Store {
  readonly kind = "postgres";
  readonly db: Kysely<Tables>;
  readonly now: () => number;
  readonly #news: PostgresNews;

  constructor(db: Kysely<Tables>, news: PostgresNews, now: () => number) {
    this.db = db;
    this.#news = news;
    this.now = now;
  }

  async transaction<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
    const until = performance.now() + PATIENCE_MS;
    for (let attempt = 1; ; attempt += 1) {
      // After the work is done only the commit is left, and whether a lost one took place is not known.
      let done = false;
      try {
        return await this.db.transaction().execute(async (trx) => {
          const result = await work(trx);
          done = true;
          return result;
        });
      } catch (error) {
        const lost = hasCode(error, "E_STORE_AWAY") && !done && performance.now() < until;
        if (!lost && !isConflict(error)) throw error;
        if (attempt === ATTEMPTS) throw lastWord(error, attempt);
      }
      await sleep(Math.random() * 10 * 2 ** attempt);
    }
  }

  async notify(channel: string, payload: string, trx?: Transaction<Tables>): Promise<void> {
    await sql`select pg_notify(${channel}, ${payload})`.execute(trx ?? this.db);
  }

  listen(channel: string, listener: Listener): () => void {
    return this.#news.listen(channel, listener);
  }

  caughtUp(): Promise<void> {
    return this.#news.caughtUp();
  }

  async alive(): Promise<boolean> {
    try {
      await sql`select 1`.execute(this.db);
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await this.#news.close();
    await this.db.destroy();
  }
}

function lastWord(error: unknown, times: number): unknown {
  if (error instanceof BerthError) return error;
  return fail("E_STORE_CONFLICT", { times, reason: reasonOf(error) }, { cause: error });
}

function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
  } catch {
    return "postgres://…";
  }
}
