// The store by what it promises, on SQLite and on a real PostgreSQL.

import { describe, expect, test } from "vitest";
import { storeChoices } from "../../tests/support/stores.ts";

const server = (id: string) => ({ id, host: "node1", started_at: 1.5, heartbeat_at: 2.25 });

describe.each(storeChoices())("a store in $kind", ({ open, skip }) => {
  test.skipIf(skip)("keeps numbers as numbers and null as null", async () => {
    const store = await open();
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
    const store = await open();
    const failing = store.transaction(async (trx) => {
      await trx.insertInto("servers").values(server("a")).execute();
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await store.db.selectFrom("servers").selectAll().execute()).toEqual([]);
  });
});
