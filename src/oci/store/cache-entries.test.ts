import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestOf } from "../../base/digest.ts";
import { silent, unwatched } from "../../base/log.ts";
import { cacheAt } from "./cache.ts";
import {
  CACHE_TYPES,
  type CacheEntry,
  cacheEntries,
  planClean,
  removeEntries,
  sweepLeftovers,
} from "./cache-entries.ts";
import { verifyStore } from "./verify-blobs.ts";

const DAY = 24 * 3600 * 1000;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-entries-"));
});
afterAll(() => rm(dir, { recursive: true }));

const entry = (name: string, days: number, size: number, type: CacheEntry["type"] = "blob"): CacheEntry => ({
  ...{ type, name, size },
  created: 100 * DAY - days * DAY,
  lastUsed: 100 * DAY - days * DAY,
});
const wish = { types: CACHE_TYPES, now: 100 * DAY };
const names = (entries: readonly CacheEntry[]) => entries.map(({ name }) => name);

test("without limits everything of the named types goes", () => {
  const all = [entry("a", 1, 5), entry("b", 0, 5, "image"), entry("c", 3, 0, "ref")];
  expect(names(planClean(all, wish))).toEqual(["c", "a", "b"]);
  expect(names(planClean(all, { ...wish, types: ["image"] }))).toEqual(["b"]);
});

test("with days only what was not used for so long goes; 0 days means everything", () => {
  const all = [entry("old", 31, 5), entry("new", 29, 5)];
  expect(names(planClean(all, { ...wish, days: 30 }))).toEqual(["old"]);
  expect(names(planClean(all, { ...wish, days: 0 }))).toEqual(["old", "new"]);
});

test("with a size to keep the least recently used go until no more than that is left", () => {
  const entries = fc.array(fc.record({ days: fc.nat(50), size: fc.integer({ min: 1, max: 100 }) }), { maxLength: 20 });
  fc.assert(
    fc.property(entries, fc.nat(500), (list, keep) => {
      const all = list.map(({ days, size }, at) => entry(String(at), days, size));
      const gone = planClean(all, { ...wish, keep });
      const stay = all.filter((one) => !gone.includes(one));
      const size = (of: readonly CacheEntry[]) => of.reduce((sum, one) => sum + one.size, 0);
      expect(size(stay)).toBeLessThanOrEqual(keep);
      const last = gone.at(-1);
      if (last) expect(size(stay) + last.size).toBeGreaterThan(keep);
      for (const one of stay) for (const other of gone) expect(one.lastUsed).toBeGreaterThanOrEqual(other.lastUsed);
    }),
    { seed: 3, numRuns: 300 },
  );
});

test("the cache lists blobs, images and names; removing a manifest takes its names along", async () => {
  const cache = cacheAt(join(dir, "list"), silent);
  const bytes = Buffer.from("manifest");
  const target = { mediaType: "m", digest: digestOf(bytes), size: bytes.length };
  await cache.blobs.put(target, bytes);
  await cache.references.set({ name: "host/app:1", target, checked: 1 });
  await mkdir(cache.imageDir);
  for (const name of ["x.sif", "y.sqfs", ".partial-z.sif", "note.json"])
    await writeFile(join(cache.imageDir, name), "123");
  const all = await cacheEntries(cache);
  expect(names(all).sort()).toEqual([target.digest, "host/app:1", "x.sif", "y.sqfs"].sort());
  await removeEntries(
    cache,
    all.filter(({ type }) => type === "blob"),
  );
  expect(names(await cacheEntries(cache)).sort()).toEqual(["x.sif", "y.sqfs"]);
});

test("leftovers of killed processes go after a day, finished files and young ones stay", async () => {
  const cache = cacheAt(join(dir, "sweep"), silent);
  await cache.blobs.put({ digest: digestOf("b"), size: 1 }, Buffer.from("b"));
  const old = new Date(Date.now() - 2 * DAY);
  await mkdir(cache.imageDir, { recursive: true });
  const files = ["blob/partial/old", "blob/partial/young", "blob/lock/old", "image/.partial-old", "image/kept.sif"];
  for (const file of files) {
    await writeFile(join(cache.root, file), "x");
    if (!file.includes("young")) await utimes(join(cache.root, file), old, old);
  }
  await utimes(cache.blobs.path(digestOf("b")), old, old);
  expect(await sweepLeftovers(cache, Date.now())).toBe(3);
  expect(names(await cacheEntries(cache)).sort()).toEqual(["kept.sif", digestOf("b")].sort());
});

test("verification finds damaged blobs, removes them and leaves the others", async () => {
  const said: string[] = [];
  const cache = cacheAt(join(dir, "verify"), { ...silent, warn: (text) => void said.push(text) });
  for (const text of ["one", "two"]) await cache.blobs.put({ digest: digestOf(text), size: 3 }, Buffer.from(text));
  await writeFile(cache.blobs.path(digestOf("one")), "eno");
  expect(await verifyStore(cache.blobs, { progress: unwatched })).toEqual({ checked: 2, damaged: [digestOf("one")] });
  expect(said).toHaveLength(1);
  expect(await verifyStore(cache.blobs, { progress: unwatched })).toEqual({ checked: 1, damaged: [] });
});
