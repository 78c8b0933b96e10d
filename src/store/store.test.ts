// The store by what it promises, on SQLite and on a real PostgreSQL.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasPostgres, startPostgres, type TestPostgres } from "../../tests/support/postgres.ts";
import { openStore } from "./open-store.ts";
import type { Store } from "./store.ts";
import { openMemoryStore } from "./testing.ts";

const now = () => Date.now() / 1000;
const server = (id: string) => ({ id, host: "node1", started_at: 1.5, heartbeat_at: 2.25 });

let postgres: TestPostgres | undefined;
beforeAll(async () => {
  postgres = hasPostgres ? await startPostgres() : undefined;
});
afterAll(async () => {
  await postgres?.stop();
});

const KINDS = [
  { kind: "SQLite", open: () => openMemoryStore(), skip: false },
  {
    kind: hasPostgres ? "PostgreSQL" : "PostgreSQL (skipped: it is not installed)",
    open: async () => openStore((await postgres?.createDatabase()) ?? "", { now }),
    skip: !hasPostgres,
  },
];

describe.each(KINDS)("a store in $kind", ({ open, skip }) => {
  test.skipIf(skip)("keeps numbers as numbers and null as null", async () => {
    await using store = disposable(await open());
    await store.db.insertInto("servers").values(server("a")).execute();
    const row = await store.db.selectFrom("servers").selectAll().executeTakeFirst();
    expect({ ...row }).toEqual(server("a"));
    const counted = await store.db
      .selectFrom("servers")
      .select(({ fn }) => fn.countAll<number>().as("n"))
      .executeTakeFirst();
    expect(counted?.n).toBe(1);
  });

  test.skipIf(skip)("forgets a transaction that throws", async () => {
    await using store = disposable(await open());
    const failing = store.transaction(async (trx) => {
      await trx.insertInto("servers").values(server("a")).execute();
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await store.db.selectFrom("servers").selectAll().execute()).toEqual([]);
  });
});

function disposable(store: Store): Store & AsyncDisposable {
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}
