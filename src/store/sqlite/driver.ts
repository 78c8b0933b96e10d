// Kysely's driver for a SQLite file in WAL mode: one connection writes, one reads. Reads see what is committed and wait
// for nobody; transactions and single writes of this process take turns, those of other processes are waited for without
// blocking the event loop.

import { setTimeout as sleep } from "node:timers/promises";
import { type CompiledQuery, type DatabaseConnection, type Driver, type QueryResult, SelectQueryNode } from "kysely";
import { fail } from "../errors.ts";
import { Turn } from "../turn.ts";
import { SqliteFile } from "./connection.ts";
import { isBusy } from "./errors.ts";

/** How long a writer waits for others, of this process and of other ones. */
const PATIENCE_MS = 30_000;

/** The two connections of a file and whose turn it is to write. */
export class SqlitePair {
  readonly writer: SqliteFile;
  readonly reader: SqliteFile;
  readonly turn = new Turn(PATIENCE_MS);

  constructor(path: string) {
    this.writer = new SqliteFile(path, { readOnly: false, busyMs: 20 });
    this.writer.query({ sql: "pragma journal_mode = wal", parameters: [] });
    this.reader = new SqliteFile(path, { readOnly: true, busyMs: 5_000 });
  }

  /** Begins a transaction that writes; the answer gives the turn back. @throws E_STORE_BUSY */
  async begin(): Promise<() => void> {
    const release = await this.turn.take();
    try {
      await patiently(() => this.writer.exec("begin immediate"));
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** One statement that is a transaction of its own. */
  async alone<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const release = await this.turn.take();
    try {
      return await patiently(() => this.writer.query<Row>(query));
    } finally {
      release();
    }
  }

  close(): void {
    this.reader.close();
    this.writer.close();
  }
}

/** Kysely's driver over the pair. */
export class SqliteDriver implements Driver {
  readonly #pair: SqlitePair;

  constructor(pair: SqlitePair) {
    this.#pair = pair;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    return new SqliteConnection(this.#pair);
  }

  async beginTransaction(connection: SqliteConnection): Promise<void> {
    await connection.begin();
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    connection.commit();
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    connection.rollback();
  }

  async releaseConnection(connection: SqliteConnection): Promise<void> {
    connection.rollback();
  }

  async destroy(): Promise<void> {
    this.#pair.close();
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #pair: SqlitePair;
  /** Gives the turn back; set as long as a transaction is open. */
  #release: (() => void) | undefined;

  constructor(pair: SqlitePair) {
    this.#pair = pair;
  }

  async begin(): Promise<void> {
    this.#release = await this.#pair.begin();
  }

  commit(): void {
    this.#pair.writer.exec("commit");
    this.#end();
  }

  rollback(): void {
    if (!this.#release) return;
    // A full disk makes SQLite roll back by itself.
    if (this.#pair.writer.inTransaction) this.#pair.writer.exec("rollback");
    this.#end();
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#release) return this.#pair.writer.query<Row>(query);
    if (SelectQueryNode.is(query.query)) return this.#pair.reader.query<Row>(query);
    return this.#pair.alone<Row>(query);
  }

  async *streamQuery<Row>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<Row>> {
    const file = this.#release ? this.#pair.writer : this.#pair.reader;
    let rows: Row[] = [];
    for (const row of file.rows<Row>(query)) {
      rows.push(row);
      if (rows.length < chunkSize) continue;
      yield { rows };
      rows = [];
    }
    if (rows.length > 0) yield { rows };
  }

  #end(): void {
    this.#release?.();
    this.#release = undefined;
  }
}

// A busy statement has changed nothing and can be repeated; short pauses leave the event loop to others.
async function patiently<T>(attempt: () => T): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() > until) throw fail("E_STORE_BUSY", { seconds: PATIENCE_MS / 1000 }, { cause: error });
    }
    await sleep(5 + Math.random() * 20);
  }
}
