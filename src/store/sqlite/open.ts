// A store in a SQLite file. News inside the process go from hand to hand; that another process has written is seen by
// asking the file for its version.

import { open } from "node:fs/promises";
import { Kysely, type Transaction } from "kysely";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "../errors.ts";
import { migrate } from "../migrate.ts";
import type { Tables } from "../schema.ts";
import { type Listener, Listeners, type Store } from "../store.ts";
import { Checkpoints } from "./checkpoints.ts";
import { sqliteDialect } from "./dialect.ts";
import { SqlitePair } from "./driver.ts";

/** How often the file is asked whether another process wrote. */
const LOOK_MS = 500;

interface SqliteOptions {
  readonly now: () => number;
  readonly lasting?: boolean | undefined;
}

/** Opens the file, makes it if missing, and migrates it. @throws E_STORE_OPEN, E_STORE_NEWER, E_STORE_MIGRATION */
export async function openSqlite(path: string, options: SqliteOptions): Promise<Store> {
  await makePrivate(path);
  const pair = new SqlitePair(path);
  const db = new Kysely<Tables>({ dialect: sqliteDialect(pair) });
  try {
    await migrate({ db, kind: "sqlite", where: path });
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return new SqliteStore(pair, db, options);
}

// The names of private images are nobody else's business; the files beside it get the mode of this one.
async function makePrivate(path: string): Promise<void> {
  try {
    await (await open(path, "a", 0o600)).close();
  } catch (error) {
    throw fail("E_STORE_OPEN", { where: path, reason: reasonOf(error) }, { cause: error });
  }
}

class SqliteStore implements Store {
  readonly kind = "sqlite";
  readonly db: Kysely<Tables>;
  readonly now: () => number;
  readonly #pair: SqlitePair;
  readonly #listeners = new Listeners();
  /** News of transactions that have not ended yet. */
  readonly #held = new WeakMap<Transaction<Tables>, (() => void)[]>();
  #looking: NodeJS.Timeout | undefined;
  #version: unknown;

  readonly #checkpoints: Checkpoints | undefined;

  constructor(pair: SqlitePair, db: Kysely<Tables>, { now, lasting }: SqliteOptions) {
    this.#pair = pair;
    this.db = db;
    this.now = now;
    this.#checkpoints = lasting ? new Checkpoints(pair.writer) : undefined;
  }

  async transaction<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
    const news: (() => void)[] = [];
    const result = await this.db.transaction().execute((trx) => {
      this.#held.set(trx, news);
      return work(trx);
    });
    for (const tell of news) tell();
    return result;
  }

  async notify(channel: string, payload: string, trx?: Transaction<Tables>): Promise<void> {
    const tell = () => this.#listeners.tell(channel, payload);
    const held = trx && this.#held.get(trx);
    if (held) held.push(tell);
    else tell();
  }

  listen(channel: string, listener: Listener): () => void {
    this.#listeners.add(channel, listener);
    this.#version ??= this.#fileVersion();
    this.#looking ??= setInterval(() => this.#look(), LOOK_MS).unref();
    return () => this.#listeners.remove(channel, listener);
  }

  async caughtUp(): Promise<void> {
    try {
      // Holding the turn: in the midst of a transaction the version stands still.
      const release = await this.#pair.turn.take();
      try {
        this.#compare();
      } finally {
        release();
      }
    } catch {
      this.#listeners.tellAll();
    }
  }

  async alive(): Promise<boolean> {
    try {
      this.#pair.reader.query({ sql: "select 1 from servers limit 1", parameters: [] });
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#looking);
    await this.#checkpoints?.close();
    await this.db.destroy();
  }

  #look(): void {
    // Asked on the writing connection, whose own commits do not count; inside a transaction the answer stands still.
    if (!this.#pair.turn.taken) this.#compare();
  }

  #compare(): void {
    const version = this.#fileVersion();
    if (version === this.#version) return;
    this.#version = version;
    this.#listeners.tellAll();
  }

  // Without an answer nothing is known to have changed; those who use the file find out what ails it.
  #fileVersion(): unknown {
    try {
      return this.#askVersion();
    } catch {
      return this.#version;
    }
  }

  #askVersion(): unknown {
    const [row] = this.#pair.writer.query<{ data_version: number }>({
      sql: "pragma data_version",
      parameters: [],
    }).rows;
    return row?.data_version;
  }
}
