// A bounded pool of connections to PostgreSQL that outlives the server's restarts: it waits a while for a server that is
// away, and repeats a read whose connection broke.

import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from "kysely";
import pg from "pg";
import { isAway, translate } from "./errors.ts";

/** How long a request waits for a server that restarts. */
export const PATIENCE_MS = 5_000;

/** Nothing of ours takes longer; a migration may. */
const STATEMENT_MS = 60_000;

/** A server that is stopped in the middle of a transaction must not keep its locks from the others for longer. */
const IDLE_MS = 10_000;

const INT8 = 20;
const NUMERIC = 1700;

/** How to reach the server. */
export interface PoolOptions {
  readonly url: string;
  /** The server's name for people, without a password. */
  readonly where: string;
  readonly connections: number;
  /** For migrations: statements may take as long as they need. */
  readonly patient?: boolean;
}

/** What a connection to the server is made with; counts and sums come as numbers. */
export function clientConfig(url: string, patient = false): pg.ClientConfig {
  const times = { statement_timeout: STATEMENT_MS, query_timeout: STATEMENT_MS + 5_000 };
  const limits = patient ? {} : { ...times, idle_in_transaction_session_timeout: IDLE_MS };
  return {
    connectionString: url,
    application_name: "berth",
    keepAlive: true,
    connectionTimeoutMillis: PATIENCE_MS,
    ...limits,
    types: {
      getTypeParser: (type: number, format?: "text" | "binary") =>
        type === INT8 || type === NUMERIC ? Number : pg.types.getTypeParser(type, format as "text"),
    } as pg.CustomTypesConfig,
  };
}

/** The pool in the shape that Kysely's dialect asks for. */
export function openPool({ url, where, connections, patient }: PoolOptions): PostgresPool {
  const pool = new pg.Pool({ ...clientConfig(url, patient), max: connections });
  // A connection that dies while nobody uses it is replaced by the next request; without listeners it would end us.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return {
    options: {},
    connect: async () => new Lease(pool, where, await connect(pool, where)),
    end: () => pool.end(),
  };
}

/** A connection lent out. */
class Lease implements PostgresPoolClient {
  readonly #pool: pg.Pool;
  readonly #where: string;
  #client: pg.PoolClient;
  #inTransaction = false;

  constructor(pool: pg.Pool, where: string, client: pg.PoolClient) {
    this.#pool = pool;
    this.#where = where;
    this.#client = client;
  }

  // Cursors are not used: results of ours are bounded.
  query(text: unknown, values?: readonly unknown[]): never {
    return this.#query(String(text), values ?? []) as never;
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy);
  }

  async #query<Row>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>> {
    if (/^(begin|start transaction)/i.test(text)) this.#inTransaction = true;
    try {
      return await this.#ask(text, values);
    } catch (error) {
      if (this.#inTransaction || !isAway(error) || !/^select /i.test(text)) throw translate(error, this.#where);
      return await this.#again(text, values);
    }
  }

  async #again<Row>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>> {
    const next = await connect(this.#pool, this.#where);
    this.#client.release(true);
    this.#client = next;
    try {
      return await this.#ask(text, values);
    } catch (error) {
      throw translate(error, this.#where);
    }
  }

  async #ask<Row>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>> {
    return (await this.#client.query(text, [...values])) as unknown as PostgresQueryResult<Row>;
  }
}

async function connect(pool: pg.Pool, where: string): Promise<pg.PoolClient> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await pool.connect();
    } catch (error) {
      if (!isAway(error) || performance.now() > until) throw translate(error, where);
    }
    await sleep(50 + Math.random() * 100);
  }
}
