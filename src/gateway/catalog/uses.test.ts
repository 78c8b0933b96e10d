// The batches of uses: when they are written, and that nothing of them is lost.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../store/store.ts";
import { openMemoryStore } from "../../store/testing.ts";
import { makeCatalog } from "./catalog.ts";
import type { GatewayCatalog } from "./gateway-catalog.ts";
import { madeOf, person, pullOf } from "./testing.ts";

const NAME = { system: "alpha", itype: "docker", tag: "a:1" };

let store: Store;
let catalog: GatewayCatalog;
const faults: string[] = [];

beforeEach(async () => {
  store = await openMemoryStore();
  const quota = { bytes: undefined, images: undefined };
  const config = { expirationMs: 1000_000, privateDefault: "owner", lookupsKept: true, quota } as const;
  catalog = makeCatalog({ store, config, onFault: (reason) => faults.push(reason) });
});
afterEach(async () => {
  await catalog.close();
  await store.close();
});

function put() {
  return catalog.record(pullOf("a:1"), madeOf("f1"), 100, "READY", "");
}

async function count(): Promise<number> {
  const rows = await store.db.selectFrom("lookups").select("id").execute();
  return rows.length;
}

describe("uses", () => {
  test("are written by themselves a moment later", async () => {
    const image = await put();
    catalog.used(image, NAME, person(7));
    expect(await count()).toBe(0);
    await expect.poll(count, { timeout: 20_000 }).toBe(1);
  });

  test("in thousands are written at once, in their order, every one of them", async () => {
    const image = await put();
    for (let uid = 0; uid < 12_000; uid++) catalog.used(image, NAME, person(uid));
    await catalog.flush();
    const uids = (await catalog.lookups("alpha", 20_000)).map(({ uid }) => uid);
    expect(uids).toEqual(Array.from({ length: 12_000 }, (_, uid) => uid));
  });

  test("outlive a database that is away for a while, and tell of it", async () => {
    const image = await put();
    const transaction = store.transaction.bind(store);
    store.transaction = () => Promise.reject(new Error("the database is away"));
    catalog.used(image, NAME, person(7));
    await expect.poll(() => faults.length, { timeout: 20_000 }).toBeGreaterThan(0);
    catalog.used(image, NAME, person(8));
    store.transaction = transaction;
    await expect.poll(count, { timeout: 20_000 }).toBe(2);
    expect((await catalog.byId("alpha", "f1"))?.lastUse).not.toBeNull();
  });

  test("that are old are dropped when there are too many, newest kept", async () => {
    const image = await put();
    for (let uid = 0; uid < 30; uid++) catalog.used(image, NAME, person(uid));
    await catalog.flush();
    await catalog.trim({ lookups: 10, events: 1 });
    expect((await catalog.lookups("alpha", 100)).map(({ uid }) => uid)).toEqual([
      20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
    ]);
    expect((await catalog.events({ eyes: "all", systems: undefined, limit: 10, after: undefined })).items).toHaveLength(
      1,
    );
  });
});
