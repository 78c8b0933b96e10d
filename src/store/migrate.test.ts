// The way to the newest schema: from nothing, from every released schema with its rows, by two servers at once, and what
// is refused. The snapshots are what was released: a migration that no longer makes them was edited after its release.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { storeChoices } from "../../tests/support/stores.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import type { StoreKind } from "./migrations/migration.ts";
import { openStore } from "./open-store.ts";

const TESTDATA = join(import.meta.dirname, "migrations", "testdata");
const now = () => 0;

/** The names of the steps to a version, that version's own the last. */
function stepsTo(name: string): readonly string[] {
  const names = MIGRATIONS.map((migration) => migration.name);
  return names.slice(0, names.indexOf(name) + 1);
}

function released(file: string): string {
  return readFileSync(join(TESTDATA, file), "utf8");
}

/** A database of that version as a script: its schema, what the migrator keeps, rows. */
function databaseOf(kind: StoreKind, name: string): string {
  const steps = stepsTo(name);
  return [
    "create table kysely_migration (name varchar(255) not null primary key, timestamp varchar(255) not null);",
    "create table kysely_migration_lock (id varchar(255) not null primary key, is_locked integer default 0 not null);",
    "insert into kysely_migration_lock values ('migration_lock', 0);",
    ...steps.map((step) => `insert into kysely_migration values ('${step}', '2026-11-22T12:00:00.000Z');`),
    ...steps.flatMap((step) => [released(`${step}.${kind}.sql`), released(`${step}.rows.sql`)]),
  ].join("\n");
}

const TABLES = [...released("0001-gateway.rows.sql").matchAll(/^insert into (\w+)/gm)].map(([, table]) => table ?? "");

/** All rows of the tables of version 1, in words: the drivers differ in how they show large numbers. */
async function contents(ask: (query: string) => unknown) {
  const found: Record<string, readonly Record<string, string>[]> = {};
  for (const table of TABLES) {
    const rows = (await ask(`select * from ${table} order by 1, 2, 3`)) as readonly object[];
    found[table] = rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([key, value]) => [key, String(value)])),
    );
  }
  return found;
}

/** A connection without anything of the store's own. */
async function connect(url: string) {
  if (url.startsWith("sqlite:")) {
    const file = new DatabaseSync(url.slice("sqlite:".length));
    const ask = (query: string) => file.prepare(query).all();
    return { kind: "sqlite" as const, run: (script: string) => file.exec(script), ask, end: () => file.close() };
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const ask = async (query: string) => (await client.query(query)).rows;
  return { kind: "postgres" as const, run: (script: string) => client.query(script), ask, end: () => client.end() };
}

async function expectUnharmed(url: string, before: Awaited<ReturnType<typeof contents>>): Promise<void> {
  const store = await openStore(url, { now });
  try {
    const after = await contents(async (query) => (await sql.raw(query).execute(store.db)).rows);
    // Newer versions may have added columns.
    expect(after).toMatchObject(before);
    // The keys go on from where they were.
    const event = { at: 1, kind: "x", actor_name: "ann", outcome: "done", detail: "{}" };
    const added = await store.db.insertInto("events").values(event).returning("id").executeTakeFirst();
    expect(added?.id).toBeGreaterThan(0);
  } finally {
    await store.close();
  }
}

describe.each(MIGRATIONS)("the schema $name", ({ name, up }) => {
  test.each(["sqlite", "postgres"] as const)("is made as it was released (%s)", async (kind) => {
    const script = `${up(kind).join(";\n\n")};\n`;
    await expect(script).toMatchFileSnapshot(join(TESTDATA, `${name}.${kind}.sql`));
  });
});

describe.each(storeChoices())("a database in $kind", (choice) => {
  test.skipIf(choice.skip).each(MIGRATIONS)("of the schema $name keeps its rows on the way", async ({ name }) => {
    const url = await choice.address();
    const old = await connect(url);
    await old.run(databaseOf(old.kind, name));
    const before = await contents(old.ask);
    await old.end();
    expect(before["images"]).toHaveLength(1);
    await expectUnharmed(url, before);
  });

  test.skipIf(choice.skip)("is refused, untouched, when a newer berth made it", async () => {
    const store = await choice.open();
    await sql`insert into kysely_migration values ('9999-later', '2030-01-01T00:00:00.000Z')`.execute(store.db);
    await expect(choice.again(store)).rejects.toMatchObject({ code: "E_STORE_NEWER", fields: { found: "9999-later" } });
  });

  test.skipIf(choice.skip)("stays as it was when a migration fails", async () => {
    const store = await choice.open();
    const steps = [...MIGRATIONS, { name: "0900-bad", up: () => ["create table half (a text)", "create nonsense"] }];
    const target = { db: store.db, kind: store.kind, where: "here", migrations: steps };
    await expect(migrate(target)).rejects.toMatchObject({ code: "E_STORE_MIGRATION" });
    await migrate({ ...target, migrations: MIGRATIONS });
    const tables = await store.db.introspection.getTables();
    expect(tables.map(({ name }) => name)).not.toContain("half");
  });

  test.skipIf(choice.skip)("is migrated once by servers that start together", async () => {
    const store = await choice.open();
    let runs = 0;
    const step = {
      name: "0900-slow",
      up: () => {
        runs += 1;
        return ["create table slow (a text)"];
      },
    };
    const target = { db: store.db, kind: store.kind, where: "here", migrations: [...MIGRATIONS, step] };
    const others = [await choice.again(store), await choice.again(store)];
    await Promise.all([store, ...others].map(({ db }) => migrate({ ...target, db })));
    expect(runs).toBe(1);
  });
});
