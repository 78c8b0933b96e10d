// Lists as text say what lists of records say, whoever changed something just now and whoever looks.

import fc from "fast-check";
import { sql } from "kysely";
import { afterEach, describe, expect, test } from "vitest";
import { storeChoices } from "../../../tests/support/stores.ts";
import type { Store } from "../../store/store.ts";
import { openMemoryStore } from "../../store/testing.ts";
import type { Eyes } from "../records.ts";
import type { ImageRecord } from "../types.ts";
import { makeCatalog } from "./catalog.ts";
import type { GatewayCatalog } from "./gateway-catalog.ts";
import { ListTexts } from "./list-texts.ts";
import { madeOf, person, pullOf } from "./testing.ts";

const EYES: readonly Eyes[] = [
  "all",
  { uid: undefined, gids: [] },
  { uid: 1, gids: [] },
  { uid: 2, gids: [7] },
  { uid: 3, gids: [8] },
];
const write = ({ key, tags, users, lastPull }: ImageRecord) => JSON.stringify({ key, tags, users, lastPull });

const opened: GatewayCatalog[] = [];
function catalogOf(store: Store): GatewayCatalog {
  const quota = { bytes: undefined, images: undefined };
  const config = { expirationMs: 1000_000, privateDefault: "owner", lookupsKept: false, quota } as const;
  const catalog = makeCatalog({ store, config });
  opened.push(catalog);
  return catalog;
}
afterEach(async () => {
  for (const catalog of opened.splice(0)) await catalog.close();
});

async function texts(catalog: GatewayCatalog, eyes: Eyes, writer = write): Promise<string> {
  return Buffer.concat(await catalog.texts("alpha", writer, eyes)).toString();
}

async function expectSame(catalog: GatewayCatalog): Promise<void> {
  for (const eyes of EYES) {
    const { items } = await catalog.list({ system: "alpha" }, eyes);
    expect(await texts(catalog, eyes)).toBe(items.map((item) => `,${write(item)}`).join(""));
  }
}

const number = fc.integer({ min: 0, max: 3 });
const pull = fc.record({
  kind: fc.constant("pull" as const),
  image: number,
  tag: number,
  by: number,
  hidden: fc.boolean(),
});
const step = fc.oneof(
  { weight: 3, arbitrary: pull },
  fc.record({ kind: fc.constant("acl" as const), image: number, user: number, group: fc.constantFrom(7, 8) }),
  fc.record({
    kind: fc.constant("status" as const),
    image: number,
    to: fc.constantFrom("READY", "QUARANTINED", "EXPIRED"),
  }),
  fc.record({ kind: fc.constant("drop" as const), tag: number }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take(catalog: GatewayCatalog, done: Step): Promise<void> {
  const actor = { uid: 1, user: "u1" };
  const known = "image" in done ? await catalog.byId("alpha", `f${done.image}`) : undefined;
  if (done.kind === "pull") {
    const request = pullOf(`t${done.tag}:1`, { owner: person(done.by), users: done.by === 2 ? [3] : [] });
    await catalog.record(request, madeOf(`f${done.image}`, { private: done.hidden }), 100, "READY", "");
  } else if (done.kind === "drop") {
    await catalog.dropTag({ system: "alpha", itype: "docker", tag: `t${done.tag}:1` }, actor);
  } else if (known && done.kind === "acl") {
    await catalog.setAcl(known.key, { users: [done.user], groups: [done.group] }, actor);
  } else if (known && done.kind === "status") {
    await catalog.setStatus(known.key, done.to, "");
  }
}

describe("lists as text", () => {
  test("say what lists of records say, after every change and to all eyes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const store = await openMemoryStore();
        const catalog = catalogOf(store);
        for (const next of steps) {
          await take(catalog, next);
          await expectSame(catalog);
        }
        await catalog.close();
        await store.close();
      }),
      { numRuns: 12, seed: 11 },
    );
  });

  test("are written once for everybody, and anew for another writer or where something changed", async () => {
    const store = await openMemoryStore();
    const catalog = catalogOf(store);
    for (let i = 0; i < 3; i++) await catalog.record(pullOf(`t${i}:1`), madeOf(`f${i}`), 100, "READY", "");
    let written = 0;
    const counting = (image: ImageRecord) => {
      written++;
      return write(image);
    };
    const counts: number[] = [];
    const count = async () => {
      await texts(catalog, { uid: 1, gids: [] }, counting);
      counts.push(written);
    };
    await count();
    await count();
    const [, image] = (await catalog.list({ system: "alpha" }, "all")).items;
    await catalog.setStatus(image?.key ?? 0, "QUARANTINED", "");
    await count();
    await texts(catalog, "all");
    await count();
    expect(counts).toEqual([3, 3, 5, 7]);
    await store.close();
  });

  test("begin with a comma however many numbers before the first image belong to nobody", async () => {
    const store = await openMemoryStore();
    const catalog = catalogOf(store);
    await catalog.record(pullOf("gone:1"), madeOf("f0"), 100, "READY", "");
    await store.db.deleteFrom("images").execute();
    await sql`update sqlite_sequence set seq = 1700 where name = 'images'`.execute(store.db);
    await catalog.record(pullOf("t1:1"), madeOf("f1"), 100, "READY", "");
    const found = await catalog.texts("alpha", write, "all");
    expect(found.map((bytes) => bytes.toString("latin1", 0, 12))).toEqual([',{"key":1701']);
    await store.close();
  });

  test("are kept within their bound, and are the same where nothing may be kept", async () => {
    const store = await openMemoryStore();
    const catalog = catalogOf(store);
    for (let i = 0; i < 3; i++) await catalog.record(pullOf(`t${i}:1`), madeOf(`f${i}`), 100, "READY", "");
    const bare = new ListTexts(store.db, 10);
    for (let turn = 0; turn < 2; turn++)
      expect(Buffer.concat(await bare.list("alpha", write, "all")).toString()).toBe(await texts(catalog, "all"));
    bare.clear();
    await store.close();
  });

  test("that were read while something changed are not kept", async () => {
    const store = await openMemoryStore();
    const catalog = catalogOf(store);
    const image = await catalog.record(pullOf("t0:1"), madeOf("f0"), 100, "READY", "");
    const kept = new ListTexts(store.db);
    // The images are read already when they are put into words.
    const changing = (record: ImageRecord) => {
      kept.forget(record.key);
      return write(record);
    };
    await kept.list("alpha", changing, "all");
    await catalog.moveTag({ system: "alpha", itype: "docker", tag: "other:1" }, image, { uid: 1, user: "u1" });
    expect(Buffer.concat(await kept.list("alpha", changing, "all")).toString()).toContain("other:1");
    kept.clear();
    await store.close();
  });
});

describe.each(storeChoices())("lists as text over $kind", ({ skip, open, again }) => {
  test.skipIf(skip)("show another server's change at once", async () => {
    const store = await open();
    const [mine, other] = [catalogOf(store), catalogOf(await again(store))];
    const image = await mine.record(pullOf("t0:1"), madeOf("f0", { private: true }), 100, "READY", "");
    expect(await texts(other, { uid: 3, gids: [] })).toBe("");
    await mine.setAcl(image.key, { users: [3] }, { uid: 1, user: "u1" });
    expect(await texts(other, { uid: 3, gids: [] })).toContain("t0:1");
    await mine.setAcl(image.key, { users: [2] }, { uid: 1, user: "u1" });
    expect(await texts(other, { uid: 3, gids: [] })).toBe("");
    await mine.setStatus(image.key, "EXPIRED", "");
    expect(await texts(other, "all")).toBe("");
  });
});
