// Brings a database to the newest schema, forward only, all steps in one transaction that no second server can enter.

import { type Kysely, sql, type Transaction } from "kysely";
import { type MigrationProvider, Migrator } from "kysely/migration";
import { BerthError, reasonOf } from "../base/errors.ts";
import { fail } from "./errors.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import type { Migration, StoreKind } from "./migrations/migration.ts";

/** Key of PostgreSQL's advisory lock; any number that nobody else in the database uses. */
const LOCK = 7_103_414_826;

/** Where the schema is to be brought. */
export interface MigrationTarget<Tables> {
  readonly db: Kysely<Tables>;
  readonly kind: StoreKind;
  /** The database's name for people, without a password. */
  readonly where: string;
  readonly migrations?: readonly Migration[];
}

/**
 * Runs the migrations that the database lacks; a failed one leaves everything as it was.
 *
 * @throws E_STORE_NEWER for a database of a newer berth, E_STORE_MIGRATION
 */
export async function migrate<Tables>({
  db,
  kind,
  where,
  migrations = MIGRATIONS,
}: MigrationTarget<Tables>): Promise<void> {
  try {
    await db.transaction().execute(async (trx) => {
      // SQLite needs no lock of its own: the transaction has the file for itself.
      if (kind === "postgres") await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(trx);
      await refuseNewer(trx, where, migrations);
      const migrator = new Migrator({ db: trx, provider: provide(kind, migrations) });
      const { error } = await migrator.migrateToLatest();
      if (error) throw error;
    });
  } catch (error) {
    if (error instanceof BerthError) throw error;
    throw fail("E_STORE_MIGRATION", { where, reason: reasonOf(error) }, { cause: error });
  }
}

async function refuseNewer<Tables>(
  trx: Transaction<Tables>,
  where: string,
  migrations: readonly Migration[],
): Promise<void> {
  const tables = await trx.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === "kysely_migration")) return;
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(trx);
  const unknown = rows.find(({ name }) => !migrations.some((migration) => migration.name === name));
  if (unknown) throw fail("E_STORE_NEWER", { where, found: unknown.name, known: migrations.at(-1)?.name });
}

function provide(kind: StoreKind, migrations: readonly Migration[]): MigrationProvider {
  const steps = migrations.map(({ name, up }) => {
    const run = async (db: Kysely<unknown>) => {
      for (const statement of up(kind)) await sql.raw(statement).execute(db);
    };
    return [name, { up: run }] as const;
  });
  return { getMigrations: async () => Object.fromEntries(steps) };
}
