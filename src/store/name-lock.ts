// A lock on a name, held until its transaction ends: for what is counted first and written then.

import { sql, type Transaction } from "kysely";
import type { StoreKind } from "./migrations/migration.ts";
import type { Tables } from "./schema.ts";

/** Waits until no other transaction, of any server, holds the name. Several names are to be taken in one order everywhere. */
export async function lockName(trx: Transaction<Tables>, kind: StoreKind, name: string): Promise<void> {
  // SQLite needs none: a transaction has the file for itself from its beginning.
  if (kind === "postgres") await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(trx);
}
