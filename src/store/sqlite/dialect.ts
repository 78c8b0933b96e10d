// Kysely's dialect for SQLite through `node:sqlite`. The words of SQL are Kysely's, the connections ours.

import { type Dialect, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import { SqliteDriver, type SqlitePair } from "./driver.ts";

/** The dialect over an open pair of connections, which it closes when Kysely is destroyed. */
export function sqliteDialect(pair: SqlitePair): Dialect {
  return {
    createAdapter: () => new WalAdapter(),
    createDriver: () => new SqliteDriver(pair),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

// The driver arranges the turns itself, and migrations run inside the one immediate transaction that locks the file.
class WalAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
