// The store by what it promises, on SQLite and on a real PostgreSQL.

import { readdirSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { describe, expect, test, vi } from "vitest";
import { storeChoices } from "../../tests/support/stores.ts";
import { openStore } from "./open-store.ts";
import type { Store } from "./store.ts";

const server = (id: string) => ({ id, host: "node1", started_at: 1.5, heartbeat_at: 2.25 });

describe.each(storeChoices())("a store in $kind", ({ open, again, skip }) => {
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

  test.skipIf(skip)("shows others nothing of a transaction before it ends", async () => {
    const store = await open();
    await store.transaction(async (trx) => {
      await trx.insertInto("servers").values(server("a")).execute();
      expect(await ids(store)).toEqual([]);
    });
    expect(await ids(store)).toEqual(["a"]);
  });

  test.skipIf(skip)("loses no update of many at once, from two connections", async () => {
    const store = await open();
    const stores = [store, await again(store)];
    await store.db
      .insertInto("servers")
      .values({ ...server("a"), started_at: 0 })
      .execute();
    const adding = Array.from({ length: 60 }, (_, n) =>
      stores[n % 2]?.transaction(async (trx) => {
        const query = trx.selectFrom("servers").select("started_at").where("id", "=", "a");
        const row = await (store.kind === "postgres" ? query.forUpdate() : query).executeTakeFirstOrThrow();
        await trx
          .updateTable("servers")
          .set({ started_at: row.started_at + 1 })
          .execute();
      }),
    );
    await Promise.all(adding);
    const row = await store.db.selectFrom("servers").select("started_at").executeTakeFirst();
    expect(row?.started_at).toBe(60);
  });

  test.skipIf(skip)("runs the loser of a deadlock again", async () => {
    const store = await open();
    await store.db
      .insertInto("servers")
      .values([server("a"), server("b")])
      .execute();
    const both = (first: string, second: string) =>
      store.transaction(async (trx) => {
        for (const id of [first, second]) {
          const add = sql<number>`started_at + 1`;
          await trx.updateTable("servers").set({ started_at: add }).where("id", "=", id).execute();
        }
      });
    await Promise.all(Array.from({ length: 8 }, (_, n) => (n % 2 ? both("a", "b") : both("b", "a"))));
    const rows = await store.db.selectFrom("servers").select("started_at").execute();
    expect(rows.map(({ started_at }) => started_at)).toEqual([9.5, 9.5]);
  });

  test.skipIf(skip)("tells its news after the commit, and none of what failed", async () => {
    const store = await open();
    const heard = await listening(store);
    const failing = store.transaction(async (trx) => {
      await store.notify("channel", "of a failure", trx);
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await store.transaction(async (trx) => {
      await trx.insertInto("servers").values(server("a")).execute();
      await store.notify("channel", "of a success", trx);
    });
    await heard.until("of a success");
    expect(heard.all).not.toContain("of a failure");
  });

  test.skipIf(skip)("tells other processes that something happened", async () => {
    const store = await open();
    const other = await again(store);
    const heard = await listening(other);
    await store.transaction(async (trx) => {
      await trx.insertInto("servers").values(server("a")).execute();
      await store.notify("channel", "news", trx);
    });
    // A SQLite file only says that somebody wrote.
    await heard.until(store.kind === "sqlite" ? undefined : "news");
    expect(await ids(other)).toEqual(["a"]);
  });
});

describe("an address", () => {
  const now = () => 0;

  test("of a new SQLite file makes one that only its owner may read", async () => {
    const dir = await mkdtemp(join(tmpdir(), "berth-store-"));
    const store = await openStore(`sqlite:${join(dir, "berth.db")}`, { now });
    await store.db.insertInto("servers").values(server("a")).execute();
    const modes = readdirSync(dir).map((name) => [name, statSync(join(dir, name)).mode & 0o777]);
    expect(Object.fromEntries(modes)).toEqual({ "berth.db": 0o600, "berth.db-shm": 0o600, "berth.db-wal": 0o600 });
    await store.close();
    await rm(dir, { recursive: true });
  });

  test("of a SQLite file for a lasting program: its log is carried over while it runs", async () => {
    const dir = await mkdtemp(join(tmpdir(), "berth-store-"));
    const path = join(dir, "berth.db");
    const store = await openStore(`sqlite:${path}`, { now, lasting: true });
    const before = statSync(path).mtimeMs;
    // Fewer pages than SQLite itself waits for.
    await store.db.insertInto("servers").values(server("a")).execute();
    await vi.waitUntil(() => statSync(path).mtimeMs > before, { timeout: 20_000, interval: 20 });
    await store.close();
    await rm(dir, { recursive: true });
  });

  test("of an unknown kind is refused without showing what it holds", async () => {
    const opening = openStore("mysql://ann:secret@host/db", { now });
    await expect(opening).rejects.toMatchObject({
      code: "E_STORE_URL",
      message: expect.not.stringContaining("secret"),
    });
  });

  test("of a file that is no database is refused", async () => {
    const opening = openStore(`sqlite:${import.meta.filename}`, { now });
    await expect(opening).rejects.toMatchObject({ code: "E_STORE_DAMAGED" });
  });
});

async function ids(store: Store): Promise<readonly string[]> {
  const rows = await store.db.selectFrom("servers").select("id").execute();
  return rows.map(({ id }) => id);
}

/** Hears the channel; `until` resolves when those words were heard, before or after. */
async function listening(store: Store) {
  const all: (string | undefined)[] = [];
  let told = () => {};
  store.listen("channel", (payload) => {
    all.push(payload);
    told();
  });
  const until = async (words: string | undefined) => {
    while (!all.includes(words)) {
      await new Promise<void>((resolve) => {
        told = resolve;
      });
    }
  };
  // PostgreSQL hears nothing before its subscription has taken hold, which it tells.
  if (store.kind === "postgres") await until(undefined);
  return { all, until };
}
