// Collecting over a real database, a real image folder and a real content store.

import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestOf } from "../../base/digest.ts";
import { silent } from "../../base/log.ts";
import { type Cache, openCache } from "../../oci/store/cache.ts";
import type { Store } from "../../store/store.ts";
import { openMemoryStore } from "../../store/testing.ts";
import { type GatewayCatalog, makeCatalog } from "../catalog/index.ts";
import { madeOf, pullOf } from "../catalog/testing.ts";
import { makePublisher } from "../publish/publisher.ts";
import type { ServerQueue } from "../queue/queue.ts";
import { handClock, request, serverQueue } from "../queue/testing.ts";
import type { ImageRecord, Publisher } from "../types.ts";
import { type CollectorParts, makeCollector } from "./collector.ts";

const DAY = 86_400;
const signal = new AbortController().signal;
const ACL = { private: false, users: [], groups: [] };
const id = (letter: string) => letter.repeat(64);

let dir: string;
let images: string;
let clock: ReturnType<typeof handClock>;
let store: Store;
let catalog: GatewayCatalog;
let queue: ServerQueue;
let publisher: Publisher;
let cache: Cache;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-collect-"));
  images = join(dir, "images");
  await mkdir(images);
  clock = handClock();
  // Files have the times of this machine.
  clock.set(Date.now() / 1000 - clock.now);
  store = await openMemoryStore(() => clock.now);
  const life = { expirationMs: 10 * DAY * 1000, privateDefault: "owner", lookupsKept: true } as const;
  catalog = makeCatalog({ store, config: { ...life, quota: { bytes: undefined, images: undefined } } });
  queue = serverQueue(store, "one", clock);
  const system = {
    ...{ name: "alpha", mungeSocket: undefined, admins: [], operators: [], format: "squashfs" as const },
    ...{ converterOptions: {}, platform: "linux/amd64", transfer: { kind: "local" as const, imageDir: images } },
  };
  const config = { systems: new Map([["alpha", system]]), aclInMeta: true };
  publisher = makePublisher(config, { log: silent, now: () => clock.now });
  cache = await openCache({ root: join(dir, "cache"), tempDir: dir, log: silent });
});
afterEach(async () => {
  await queue.close();
  await catalog.close();
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

function collector(change: Partial<CollectorParts> = {}) {
  return makeCollector({
    ...{ catalog, queue, publisher, cache, systems: () => ["alpha"], log: silent, signal, now: () => clock.now },
    monotonic: () => clock.monotonicMs / 1000,
    ...change,
  });
}

async function published(letter: string, tag: string, digest = `sha256:${id(letter)}`): Promise<ImageRecord> {
  const path = join(dir, `made-${letter}`);
  await writeFile(path, `image ${letter}`);
  const file = { path, format: "squashfs", bytes: 7, digest: digestOf(`image ${letter}`) };
  const made = madeOf(id(letter), { digest, file });
  await publisher.publish("alpha", made, ACL, signal);
  return catalog.record(pullOf(tag), made, 7, "READY", "");
}

async function addBlob(content: string, daysAgo: number): Promise<string> {
  const bytes = Buffer.from(content);
  const want = { digest: digestOf(bytes), size: bytes.length };
  await cache.blobs.put(want, bytes);
  const time = clock.now - daysAgo * DAY;
  await utimes(cache.blobs.path(want.digest), time, time);
  return want.digest;
}

const left = async () => [...new Set((await readdir(images)).map((name) => name.slice(0, 1)))].join("");

describe("images past their time", () => {
  test("lose their files and are EXPIRED; others, pinned ones and those being pulled again stay", async () => {
    const old = await published("a", "a:1");
    const pinned = await published("b", "b:1");
    await published("c", "c:1");
    await queue.add(request("c:1", 500, { system: "alpha" }));
    clock.pass(9 * DAY);
    await published("d", "d:1");
    const pinning = { name: { system: "alpha", itype: "docker", tag: "b:1" }, by: { uid: 500, user: "u500" } };
    await catalog.pin(pinned.key, { holder: "job:1", uid: 500, until: null }, pinning);
    clock.pass(2 * DAY);
    const dry = await collector()("alpha", true);
    expect(dry).toMatchObject({ expired: [old.id], orphanFiles: [], bytes: 7 });
    expect(await left()).toBe("abcd");
    expect(await collector()("alpha", false)).toEqual(dry);
    expect(await left()).toBe("bcd");
    expect((await catalog.byId("alpha", old.id))?.status).toBe("EXPIRED");
    expect(await collector()("alpha", false)).toMatchObject({ expired: [], bytes: 0 });
  });

  test("that a dead server has left half removed are finished", async () => {
    const image = await published("a", "a:1");
    clock.pass(11 * DAY);
    const dying = { ...publisher, remove: () => Promise.reject(new Error("killed")) };
    await expect(collector({ publisher: dying })("alpha", false)).rejects.toThrow("killed");
    expect((await catalog.byId("alpha", image.id))?.status).toBe("EXPIRING");
    await publisher.removeFiles("alpha", [`${image.id}.meta`], signal);
    expect((await collector()("alpha", false)).expired).toEqual([image.id]);
    expect(await readdir(images)).toEqual([]);
  });

  test("stay when they were used meanwhile", async () => {
    const image = await published("a", "a:1");
    clock.pass(11 * DAY);
    catalog.used(image, { system: "alpha", itype: "docker", tag: "a:1" }, { uid: 500, user: "u500" });
    expect((await collector()("alpha", false)).expired).toEqual([]);
  });

  test("that were pulled again while their files went are told to be gone", async () => {
    const image = await published("a", "a:1");
    clock.pass(11 * DAY);
    const slow: Publisher = {
      ...publisher,
      async remove(...args) {
        await catalog.setStatus(image.key, "READY", "");
        await publisher.remove(...args);
      },
    };
    await collector({ publisher: slow })("alpha", false);
    expect((await catalog.byId("alpha", image.id))?.status).toBe("EXPIRED");
  });
});

describe("records of images that are gone", () => {
  test("go after their time with names and readers, counted first by a dry run; the history of names stays", async () => {
    const made = await published("a", "a:1");
    await published("b", "b:1");
    clock.pass(11 * DAY);
    const collect = collector({ retention: () => ({ records: 20 * DAY }) });
    await collect("alpha", false);
    clock.pass(19 * DAY);
    expect(await collect("alpha", false)).toMatchObject({ expired: [], records: 0 });
    await published("b", "b:1");
    clock.pass(2 * DAY);
    expect(await collect("alpha", true)).toMatchObject({ records: 1 });
    expect(await collect("alpha", false)).toMatchObject({ records: 1 });
    expect(await catalog.byId("alpha", made.id)).toBeUndefined();
    const name = { system: "alpha", itype: "docker", tag: "a:1" };
    expect(await catalog.named(name)).toBeUndefined();
    expect(await catalog.tagHistory(name)).toHaveLength(1);
    expect((await catalog.find({ ...name, tag: "b:1" }))?.id).toBe(id("b"));
    for (const table of ["tags", "image_access"] as const)
      expect(await store.db.selectFrom(table).selectAll().where("image_key", "=", made.key).execute()).toEqual([]);
  });

  test("count from the removal, however much time the image had left", async () => {
    const image = await published("a", "a:1");
    await catalog.retire(image.key, { uid: 0, user: "root" });
    const collect = collector({ retention: () => ({ records: DAY }) });
    expect(await collect("alpha", false)).toMatchObject({ expired: [image.id], records: 0 });
    clock.pass(DAY + 1);
    expect(await collect("alpha", false)).toMatchObject({ records: 1 });
    expect((await published("a", "a:1")).status).toBe("READY");
  });
});

describe("files", () => {
  test("that a server killed in mid-publish has left go after an hour, not before", async () => {
    await published("a", "a:1");
    await writeFile(join(images, `${id("e")}.squashfs.partial.abcdef`), "half");
    await writeFile(join(images, `${id("f")}.json`), "{}");
    await writeFile(join(images, `${id("f")}.squashfs`), "no record");
    expect((await collector()("alpha", false)).orphanFiles).toEqual([]);
    clock.pass(3700);
    const collected = await collector()("alpha", false);
    expect(collected.orphanFiles).toHaveLength(3);
    expect(await left()).toBe("a");
  });

  test("of an image in quarantine stay", async () => {
    const image = await published("a", "a:1");
    await catalog.setStatus(image.key, "QUARANTINED", "held");
    clock.pass(7200);
    expect((await collector()("alpha", false)).orphanFiles).toEqual([]);
  });

  test("that come back while they are looked at stay", async () => {
    await writeFile(join(images, `${id("f")}.json`), "{}");
    clock.pass(7200);
    let looks = 0;
    const busy: Publisher = {
      ...publisher,
      async files(...args) {
        looks += 1;
        const age = looks === 1 ? 7200 : 1;
        return (await publisher.files(...args)).map((file) => ({ ...file, age }));
      },
    };
    expect((await collector({ publisher: busy })("alpha", false)).orphanFiles).toEqual([]);
    expect(await left()).toBe("f");
  });
});

describe("blobs", () => {
  test("that READY images are made of stay, others go when they are long unused", async () => {
    const [layer, lonely] = [await addBlob("layer", 100), await addBlob("lonely", 100)];
    const config = await addBlob("{}", 100);
    const fresh = await addBlob("fresh", 1);
    const descriptor = (digest: string, size: number) => ({ mediaType: "application/x", digest, size });
    const manifest = JSON.stringify({
      ...{ schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json" },
      config: descriptor(config, 2),
      layers: [descriptor(layer, 5)],
    });
    const digest = await addBlob(manifest, 100);
    await published("a", "a:1", digest);
    expect(await collector()("alpha", true)).toMatchObject({ blobs: 1, bytes: 6 });
    expect(await collector()("alpha", false)).toMatchObject({ blobs: 1, bytes: 6 });
    const stayed = (await cache.blobs.list()).map((blob) => blob.digest);
    expect([...stayed].sort()).toEqual([layer, config, fresh, digest].sort());
    expect(stayed).not.toContain(lonely);
  });

  test("go also when a system cannot be reached, which is told", async () => {
    await addBlob("lonely", 100);
    const away = { ...publisher, files: () => Promise.reject(new Error("far cannot be reached")) };
    await expect(collector({ publisher: away })("alpha", false)).rejects.toThrow("far cannot be reached");
    expect(await cache.blobs.list()).toEqual([]);
  });
});

test("nothing goes when the clock has jumped", async () => {
  await published("a", "a:1");
  const collect = collector();
  clock.set(400 * DAY);
  await expect(collect("alpha", false)).rejects.toMatchObject({ code: "E_COLLECT_CLOCK" });
  expect(await left()).toBe("a");
  clock.set(-400 * DAY);
  expect(await collect("alpha", false)).toMatchObject({ expired: [], orphanFiles: [] });
});

test("two collections at once remove each thing once", async () => {
  await published("a", "a:1");
  clock.pass(11 * DAY);
  const collect = collector();
  const both = await Promise.all([collect("alpha", false), collect("alpha", false)]);
  expect(both.flatMap(({ expired }) => expired)).toEqual([id("a")]);
});
