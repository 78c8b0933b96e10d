// One connection to a SQLite file: prepared statements kept, errors told in words. It is synchronous, as the database is.
// Who may use it when is the driver's business.

import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { CompiledQuery, QueryResult } from "kysely";
import { translate } from "./errors.ts";

/** Statements kept ready; the programs' own queries are fewer, lists of changing length make the rest. */
const KEPT_STATEMENTS = 300;

/** How a connection is used. */
export interface ConnectionUse {
  readonly readOnly: boolean;
  /** How long a statement blocks the process waiting for another process. */
  readonly busyMs: number;
}

/** A statement kept ready. */
interface Prepared {
  readonly statement: StatementSync;
  /** Undefined: it gives no rows. */
  readonly shape: RowShape | undefined;
  /** When it was used last, in queries. */
  used: number;
}

/** An open connection. */
export class SqliteFile {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, Prepared>();
  #uses = 0;

  constructor(path: string, use: ConnectionUse) {
    this.path = path;
    this.#database = this.#told(
      () => new DatabaseSync(path, { timeout: use.busyMs, enableForeignKeyConstraints: true }),
    );
    this.exec(`pragma synchronous = normal`);
    // Otherwise `insert or replace` removes rows without asking the triggers that forbid it (the audit log's).
    this.exec("pragma recursive_triggers = 1");
    if (use.readOnly) this.exec("pragma query_only = 1");
  }

  /** True between BEGIN and the end of the transaction, also when SQLite ended it on its own account. */
  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  exec(sql: string): void {
    this.#told(() => this.#database.exec(sql));
  }

  query<Row>({ sql, parameters }: Pick<CompiledQuery, "sql" | "parameters">): QueryResult<Row> {
    return this.#told(() => {
      const { statement, shape } = this.#prepared(sql);
      const values = parameters.map(bindable);
      if (shape) return { rows: shape.rows(statement.all(...values)) as Row[] };
      const { changes, lastInsertRowid } = statement.run(...values);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    });
  }

  /** Rows one by one, from a statement of its own. */
  *rows<Row>({ sql, parameters }: Pick<CompiledQuery, "sql" | "parameters">): Generator<Row> {
    const statement = this.#told(() => this.#database.prepare(sql));
    for (const row of statement.iterate(...parameters.map(bindable))) yield row as Row;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepared(sql: string): Prepared {
    const used = ++this.#uses;
    const known = this.#statements.get(sql);
    if (known) {
      // Not moved to the end: a Map that changes with every query leaves tables behind for the collector.
      known.used = used;
      return known;
    }
    const statement = this.#database.prepare(sql);
    const made = { statement, shape: shapeOf(statement), used };
    if (this.#statements.size >= KEPT_STATEMENTS) this.#forgetHalf();
    this.#statements.set(sql, made);
    return made;
  }

  #forgetHalf(): void {
    const byUse = [...this.#statements].sort(([, one], [, other]) => one.used - other.used);
    for (const [sql] of byUse.slice(0, KEPT_STATEMENTS / 2)) this.#statements.delete(sql);
  }

  #told<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translate(error, this.path);
    }
  }
}

/** Makes rows of bare values. */
interface RowShape {
  rows(answers: readonly unknown[]): readonly unknown[];
}

// Rows made by `node:sqlite` are dictionaries: each holds its columns' names anew, and reading one costs a search. Objects
// filled in the same order share one layout; a long list takes two thirds of the time.
function shapeOf(statement: StatementSync): RowShape | undefined {
  const names = statement.columns().map(({ name }) => name);
  if (names.length === 0) return undefined;
  statement.setReturnArrays(true);
  const row = (values: readonly unknown[]) => {
    const made: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i++) made[names[i] as string] = values[i];
    return made;
  };
  return { rows: (answers) => answers.map((values) => row(values as readonly unknown[])) };
}

function bindable(value: unknown): SQLInputValue {
  if (value === undefined) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  return value as SQLInputValue;
}
