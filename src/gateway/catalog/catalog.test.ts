// The catalog over real databases: what pulls leave behind and what is found afterwards (spec/shifter.md 1.5-1.7).

import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { storeChoices } from "../../../tests/support/stores.ts";
import type { Store } from "../../store/store.ts";
import type { ImageName, MadeImage, PullRecord } from "../types.ts";
import { publishedAcl, type StoredImage } from "./access.ts";
import { makeCatalog } from "./catalog.ts";
import type { GatewayCatalog } from "./gateway-catalog.ts";
import { madeOf, person, pullOf } from "./testing.ts";

const CONFIG = {
  expirationMs: 1000_000,
  privateDefault: "owner",
  lookupsKept: true,
  quota: { bytes: undefined, images: undefined },
} as const;
const STAFF = { uid: 1, user: "root" };
const PINNING = { name: docker("a:1"), by: STAFF };

function docker(tag: string, system = "alpha"): ImageName {
  return { system, itype: "docker", tag };
}

describe.each(storeChoices())("the catalog in $kind:", ({ skip, open, again }) => {
  let clock = 1000;
  let store: Store;
  let catalog: GatewayCatalog;

  beforeAll(async () => {
    if (!skip) store = await open();
  });
  beforeEach(async () => {
    clock = 1000;
    if (skip) return;
    for (const table of ["images", "tag_history", "events", "lookups", "quotas", "pulls"] as const) {
      await store.db.deleteFrom(table).execute();
    }
    catalog = makeCatalog({ store, config: CONFIG, now: () => clock });
  });
  afterEach(async () => {
    if (!skip) await catalog.close();
  });

  function ready(pull: PullRecord, made: MadeImage): Promise<StoredImage> {
    return catalog.record(pull, made, made.file?.bytes ?? 0, "READY", "");
  }

  describe.skipIf(skip)("a finished pull", () => {
    test("is found by its name, with everything that was made", async () => {
      await ready(pullOf("a:1"), madeOf("f1"));
      const found = await catalog.find(docker("a:1"));
      expect(found).toMatchObject({
        id: "f1",
        system: "alpha",
        tags: ["a:1"],
        format: "squashfs",
        status: "READY",
        private: false,
        owner: person(500),
        bytes: 100,
        env: ["PATH=/usr/bin", "A=B"],
        entry: ["/bin/echo", "hi"],
        cmd: null,
        workdir: "/data",
        labels: { alabel: "avalue" },
        createdAt: 1000,
        lastPull: 1000,
        lastUse: null,
        expires: 2000,
      });
    });

    test("of another name and the same digest adds a name (case 121)", async () => {
      await ready(pullOf("a:1"), madeOf("f1"));
      await ready(pullOf("b:2"), madeOf("f1", { file: undefined }));
      expect(await catalog.find(docker("b:2"))).toMatchObject({ id: "f1", tags: ["a:1", "b:2"] });
      expect((await catalog.find(docker("a:1")))?.tags).toEqual(["a:1", "b:2"]);
    });

    test("of a new digest moves the name; the old image stays, without it (case 122)", async () => {
      await ready(pullOf("a:1"), madeOf("f1"));
      expect((await catalog.find(docker("a:1")))?.id).toBe("f1");
      clock = 1100;
      await ready(pullOf("a:1", { owner: person(600) }), madeOf("f2"));
      expect((await catalog.find(docker("a:1")))?.id).toBe("f2");
      expect(await catalog.byId("alpha", "f1")).toMatchObject({ status: "READY", tags: [] });
      expect(await catalog.tagHistory(docker("a:1"))).toEqual([
        { at: 1000, by: "u500", imageId: "f1", previousId: null },
        { at: 1100, by: "u600", imageId: "f2", previousId: "f1" },
      ]);
    });

    test("on one system changes nothing on another (case 123)", async () => {
      await ready(pullOf("a:1"), madeOf("f1"));
      await ready(pullOf("a:1", { system: "beta" }), madeOf("f2"));
      expect((await catalog.find(docker("a:1")))?.id).toBe("f1");
      expect((await catalog.find(docker("a:1", "beta")))?.id).toBe("f2");
    });

    test("of a public image drops lists (case 124)", async () => {
      const image = await ready(pullOf("a:1", { users: [500, 1000], groups: [500] }), madeOf("f1"));
      expect(image).toMatchObject({ private: false, users: [], groups: [] });
      expect(publishedAcl(image)).toEqual({ private: false, users: [], groups: [] });
    });

    test("of a private image keeps lists, and new ones of its owner replace them (case 125)", async () => {
      const pull = pullOf("a:1", { users: [1000, 500], groups: [1002, 500] });
      const image = await ready(pull, madeOf("f1", { private: true }));
      expect(image).toMatchObject({ private: true, users: [500, 1000], groups: [500, 1002] });
      const again = await ready(
        { ...pull, users: [500, 7], groups: [] },
        madeOf("f1", { private: true, file: undefined }),
      );
      expect(again).toMatchObject({ users: [7, 500], groups: [] });
      expect(publishedAcl(again)).toEqual({ private: true, users: [7, 500], groups: [] });
    });

    test("of a private image without lists is its owner's", async () => {
      const image = await ready(pullOf("a:1"), madeOf("f1", { private: true }));
      expect(image.users).toEqual([500]);
      expect(await catalog.mayRead(image, { uid: 500, gids: [] })).toBe(true);
      expect(await catalog.mayRead(image, { uid: 501, gids: [500] })).toBe(false);
      expect(await catalog.mayRead(image, { uid: undefined, gids: [] })).toBe(false);
    });

    test("of somebody else's private image lets him read, and changes no list", async () => {
      await ready(pullOf("a:1", { users: [500, 7] }), madeOf("f1", { private: true }));
      const other = pullOf("a:1", { owner: person(600), users: [600, 601], groups: [600] });
      expect(await catalog.aclAfter(other, madeOf("f1", { private: true }))).toEqual({
        private: true,
        users: [7, 500, 600],
        groups: [],
      });
      const image = await ready(other, madeOf("f1", { private: true, file: undefined }));
      expect(image).toMatchObject({ owner: person(500), users: [7, 500], groups: [] });
      expect(await catalog.mayRead(image, { uid: 600, gids: [] })).toBe(true);
      expect(await catalog.mayRead(image, { uid: 601, gids: [600] })).toBe(false);
      expect(publishedAcl(image).users).toEqual([7, 500, 600]);
    });

    test("does not take the place of an import with the same pseudo-hash and other content, one's own neither", async () => {
      const mine = pullOf("mine:1", { kind: "import", itype: "custom" });
      await ready(mine, madeOf("f1"));
      const forged = madeOf("f1", { digest: "sha256:other" });
      const theirs = pullOf("theirs:1", { kind: "import", itype: "custom", owner: person(600) });
      await expect(catalog.aclAfter(theirs, forged)).rejects.toMatchObject({ code: "E_GATEWAY_SAME_HASH", http: 409 });
      await expect(ready(theirs, forged)).rejects.toMatchObject({ code: "E_GATEWAY_SAME_HASH" });
      expect((await catalog.byId("alpha", "f1"))?.digest).toBe("sha256:f1");
      await expect(ready(mine, forged)).rejects.toMatchObject({ code: "E_GATEWAY_SAME_HASH" });
      const first = await catalog.byId("alpha", "f1");
      await catalog.retire(first?.key ?? 0, STAFF);
      await catalog.setStatus(first?.key ?? 0, "EXPIRED", "");
      expect((await ready(theirs, forged)).digest).toBe("sha256:other");
    });

    test("that brought metadata only for an image that is gone is refused", async () => {
      const image = await ready(pullOf("a:1"), madeOf("f1"));
      await catalog.retire(image.key, STAFF);
      await expect(ready(pullOf("a:1"), madeOf("f1", { file: undefined }))).rejects.toMatchObject({
        code: "E_GATEWAY_GONE",
      });
    });
  });

  describe.skipIf(skip)("an expired image", () => {
    test("keeps its name but is not found; a new pull begins it anew", async () => {
      const image = await ready(pullOf("a:1", { users: [500, 7] }), madeOf("f1", { private: true }));
      expect(await catalog.retire(image.key, STAFF)).toBe(true);
      await catalog.setStatus(image.key, "EXPIRED", "");
      expect(await catalog.find(docker("a:1"))).toBeUndefined();
      expect((await catalog.named(docker("a:1")))?.status).toBe("EXPIRED");
      expect(await catalog.retire(image.key, STAFF)).toBe(false);
      clock = 5000;
      const anew = await ready(pullOf("b:1", { owner: person(600) }), madeOf("f1", { private: true }));
      expect(anew).toMatchObject({ owner: person(600), users: [600], createdAt: 5000, expires: 6000, tags: ["b:1"] });
      expect(await catalog.find(docker("a:1"))).toBeUndefined();
    });

    test("is forgotten with its names and readers some time after, but not the history of its names", async () => {
      const image = await ready(pullOf("a:1"), madeOf("f1", { private: true }));
      await ready(pullOf("b:1"), madeOf("f2"));
      await catalog.retire(image.key, STAFF);
      clock = 1500;
      await catalog.setStatus(image.key, "EXPIRED", "");
      expect([await catalog.countGone("alpha", 1500), await catalog.forgetGone("alpha", 1500)]).toEqual([0, 0]);
      expect([await catalog.countGone("beta", 1501), await catalog.countGone("alpha", 1501)]).toEqual([0, 1]);
      expect(await catalog.forgetGone("alpha", 1501)).toBe(1);
      expect(await catalog.named(docker("a:1"))).toBeUndefined();
      expect(await catalog.tagHistory(docker("a:1"))).toHaveLength(1);
      expect((await ready(pullOf("a:1"), madeOf("f1"))).tags).toEqual(["a:1"]);
      expect(await catalog.find(docker("b:1"))).toBeDefined();
    });
  });

  describe.skipIf(skip)("private names", () => {
    test("of a public image are seen by its readers only", async () => {
      await ready(pullOf("secret/a:1", { owner: person(600) }), madeOf("f1", { private: true }));
      const image = await ready(pullOf("public:1"), madeOf("f1", { file: undefined }));
      expect(image).toMatchObject({ private: false, owner: person(600), tags: ["public:1", "secret/a:1"] });
      const stranger = { uid: 1, gids: [] };
      expect((await catalog.list({ system: "alpha" }, stranger)).items.map(({ tags }) => tags)).toEqual([["public:1"]]);
      expect((await catalog.list({ system: "alpha", match: "secret" }, stranger)).items).toEqual([]);
      expect((await catalog.list({ system: "alpha", match: "secret" }, { uid: 600, gids: [] })).items).toHaveLength(1);
    });

    test("do not make a public image private", async () => {
      await ready(pullOf("public:1"), madeOf("f1"));
      const image = await ready(
        pullOf("mine/copy:1", { owner: person(600) }),
        madeOf("f1", { private: true, file: undefined }),
      );
      expect(image).toMatchObject({ private: false, privateTags: ["mine/copy:1"], owner: person(500) });
      expect(publishedAcl(image).users).toEqual([]);
    });

    test("are the image's own when its only name has turned private", async () => {
      await ready(pullOf("a:1"), madeOf("f1"));
      const image = await ready(pullOf("a:1"), madeOf("f1", { private: true, file: undefined }));
      expect(image).toMatchObject({ private: true, users: [500] });
    });
  });

  describe.skipIf(skip)("quarantine", () => {
    test("leaves the name with the image that people use, until released", async () => {
      await ready(pullOf("a:1"), madeOf("f1"));
      await catalog.record(pullOf("a:1"), madeOf("f2"), 100, "QUARANTINED", "holds a key");
      expect((await catalog.find(docker("a:1")))?.id).toBe("f1");
      const held = await catalog.quarantined(docker("a:1"));
      expect(held).toMatchObject({ id: "f2", status: "QUARANTINED", statusMessage: "holds a key" });
      if (!held) return;
      await catalog.setStatus(held.key, "READY", "");
      await catalog.moveTag(docker("a:1"), held, STAFF);
      expect((await catalog.find(docker("a:1")))?.id).toBe("f2");
    });

    test("of a new image gives it the name, but nobody finds it", async () => {
      await catalog.record(pullOf("a:1"), madeOf("f2"), 100, "QUARANTINED", "holds a key");
      expect(await catalog.find(docker("a:1"))).toBeUndefined();
      expect((await catalog.named(docker("a:1")))?.status).toBe("QUARANTINED");
    });
  });

  describe.skipIf(skip)("uses", () => {
    test("are written in one go, extend the life and tell who looked (cases 107, 111)", async () => {
      const image = await ready(pullOf("a:1"), madeOf("f1"));
      clock = 1500;
      for (let i = 0; i < 100; i++) catalog.used(image, docker("a:1"), { uid: i, user: `u${i}` });
      catalog.used(image, docker("a:1"), undefined);
      await catalog.flush();
      expect(await catalog.byId("alpha", "f1")).toMatchObject({ lastUse: 1500, expires: 2500 });
      const last = await catalog.lookups("alpha", 20);
      expect(last.map(({ uid }) => uid)).toEqual(Array.from({ length: 20 }, (_, i) => 80 + i));
      expect(last[0]).toEqual({
        user: "u80",
        uid: 80,
        system: "alpha",
        itype: "docker",
        tag: "a:1",
        id: "f1",
        time: 1500,
      });
      expect(await catalog.lookups("alpha", 101)).toHaveLength(100);
    });

    test("that cannot be written are kept for the next time", async () => {
      const image = await ready(pullOf("a:1"), madeOf("f1"));
      const transaction = store.transaction.bind(store);
      store.transaction = () => Promise.reject(new Error("away"));
      catalog.used(image, docker("a:1"), person(7));
      await expect(catalog.flush()).rejects.toThrow("away");
      store.transaction = transaction;
      expect(await catalog.lookups("alpha", 10)).toHaveLength(1);
    });
  });

  describe.skipIf(skip)("overdue images", () => {
    test("are those whose time is over, unless pinned, used or just pulled again", async () => {
      const images = [];
      for (const name of ["a", "b", "c", "d", "e"]) images.push(await ready(pullOf(`${name}:1`), madeOf(`f${name}`)));
      await ready(pullOf("x:1", { system: "beta" }), madeOf("fx"));
      clock = 2500;
      const [, used, pinned, wasPinned] = images;
      if (!used || !pinned || !wasPinned) throw new Error("no images");
      catalog.used(used, docker("b:1"), undefined);
      await catalog.pin(pinned.key, { holder: "job:1", uid: 0, until: null }, PINNING);
      await catalog.pin(wasPinned.key, { holder: "job:2", uid: 0, until: 2400 }, PINNING);
      await ready(pullOf("e:1"), madeOf("fe", { file: undefined }));
      const overdue = await catalog.overdue("alpha");
      expect(overdue.map(({ id }) => id)).toEqual(["fa", "fd"]);
      expect(await catalog.retire(pinned.key, STAFF)).toBe(false);
      expect(await catalog.retire(used.key, STAFF, { overdue: true })).toBe(false);
      expect(await catalog.retire(used.key, STAFF)).toBe(true);
    });
  });

  describe.skipIf(skip)("what is remembered of lookups", () => {
    test("is forgotten when another server changes the image", async () => {
      const elsewhere = await again(store);
      const other = makeCatalog({ store: elsewhere, config: CONFIG, now: () => clock });
      const image = await ready(pullOf("a:1"), madeOf("f1", { private: true }));
      await catalog.find(docker("a:1"));
      await other.find(docker("a:1"));
      await other.setAcl(image.key, { users: [8] }, STAFF);
      await expect.poll(async () => (await catalog.find(docker("a:1")))?.users, { timeout: 20_000 }).toEqual([8]);
      await other.close();
    });

    test("answers without asking again", async () => {
      await ready(pullOf("a:1"), madeOf("f1"));
      // What this server itself has told comes back a moment later, and makes it look once more.
      const isKept = async () => {
        const first = await catalog.find(docker("a:1"));
        return first !== undefined && first === (await catalog.find(docker("a:1")));
      };
      await expect.poll(isKept).toBe(true);
    });
  });

  test.skipIf(skip)("quotas count for the owner and his group", async () => {
    await ready(pullOf("a:1", { owner: person(500, 42) }), madeOf("f1"));
    await ready(pullOf("b:1", { owner: person(501, 42) }), madeOf("f2"));
    await catalog.setQuota({ kind: "user", number: -1 }, { bytes: 1000, images: null });
    await catalog.setQuota({ kind: "user", number: 501 }, { bytes: null, images: 3 });
    const user = { kind: "user" } as const;
    expect(await catalog.quota({ ...user, number: 500 })).toMatchObject({
      limits: { bytes: 1000, images: null },
      used: { bytes: 100, images: 1 },
    });
    expect((await catalog.quota({ ...user, number: 501 })).limits).toEqual({ bytes: null, images: 3 });
    expect((await catalog.quota({ kind: "group", number: 42 })).used).toEqual({ bytes: 200, images: 2 });
  });

  test.skipIf(skip)("two servers that record at once leave one image, every name, and a true history", async () => {
    const other = makeCatalog({ store: await again(store), config: CONFIG, now: () => clock });
    const servers = [catalog, other];
    const records = Array.from({ length: 24 }, (_, i) => {
      const server = servers[i % 2] ?? catalog;
      const pull = pullOf(`n${i % 3}:1`, { owner: person(500 + (i % 5)) });
      return server.record(pull, madeOf(`f${i % 4}`, { private: true }), 100, "READY", "");
    });
    await Promise.all(records);
    await other.close();
    const images = (await catalog.list({ system: "alpha" }, "all")).items;
    expect(images.map(({ id }) => id).sort()).toEqual(["f0", "f1", "f2", "f3"]);
    for (const image of images) {
      const { owner, pullers } = image.readers;
      expect(new Set([owner?.uid, ...pullers]).size).toBe(5);
      expect(image.users).toEqual([owner?.uid]);
    }
    for (const tag of ["n0:1", "n1:1", "n2:1"]) {
      const moves = await catalog.tagHistory(docker(tag));
      expect(moves.map(({ previousId }) => previousId)).toEqual([null, ...moves.slice(0, -1).map((m) => m.imageId)]);
      expect((await catalog.named(docker(tag)))?.id).toBe(moves.at(-1)?.imageId);
    }
  });

  test.skipIf(skip)("a pin and a removal at the same time: one of them is refused", async () => {
    for (let i = 0; i < 20; i++) {
      const { key } = await ready(pullOf(`p${i}:1`), madeOf(`p${i}`));
      const [pinned, retired] = await Promise.all([
        catalog.pin(key, { holder: "job:1", uid: 0, until: null }, PINNING),
        catalog.retire(key, STAFF),
      ]);
      expect([pinned, retired].filter(Boolean)).toHaveLength(1);
    }
  });
});
