// Stores, sets and records that somebody made who means no good.

import { createHash, generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { importFile } from "./import.ts";
import { statusText, storeStatus } from "./status.ts";
import { openGeneration, openStore } from "./store.ts";
import { zipOf } from "./testing.ts";

const FIXTURES = join(import.meta.dirname, "../../../tests/advisories/fixtures");
const NOW = new Date("2026-07-10T00:00:00Z");
const now = () => NOW;

let dir: string;
let root: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-hostile-"));
  root = join(dir, "store");
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const moment = "2026-07-01T00:00:00.000Z";

/** A folder with a manifest that lists one index of PyPI and one list, under their right hashes. */
async function generation(line: string, list: string, more: object = {}): Promise<string> {
  const folder = join(dir, "one");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "PyPI.ndjson"), line);
  await writeFile(join(folder, "exploited.json"), list);
  const file = (name: string, text: string) => ({ file: name, bytes: Buffer.byteLength(text), sha256: sha256(text) });
  const manifest = {
    ...{ format: 1, made: moment },
    sources: [{ name: "PyPI", from: "x", date: moment, fetched: moment, records: 1, skipped: 0 }],
    parts: [{ ecosystem: "PyPI", ...file("PyPI.ndjson", line), packages: 1, records: 1 }],
    lists: [{ name: "exploited", ...file("exploited.json", list), entries: 1, date: moment, from: "x" }],
    ...more,
  };
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
  return folder;
}

describe("a set under its right hashes", () => {
  test.each([
    "{",
    "null",
    "[1]",
    '[{"id":"X"}]',
    '[{"id":"X","aliases":[],"summary":"","ranges":[[[1]]],"versions":[]}]',
  ])("whose index holds %s is refused as damaged", async (text) => {
    const store = await openGeneration(dir, await generation(`a\t${text}\n`, "[]"), {});
    await expect(store.find("PyPI", new Set(["a"]))).rejects.toMatchObject({ code: "E_ADVISORY_DAMAGED" });
  });

  test("whose list is no JSON is refused as damaged", async () => {
    const store = await openGeneration(dir, await generation("a\t[]\n", "{"), {});
    await expect(store.list("exploited")).rejects.toMatchObject({ code: "E_ADVISORY_DAMAGED" });
  });

  test.each(["never", "1".repeat(2000), "2026-13-01T00:00:00Z", "../x"])(
    "that was made %s is refused",
    async (made) => {
      const opened = openGeneration(dir, await generation("a\t[]\n", "[]", { made }), {});
      await expect(opened).rejects.toMatchObject({ code: "E_ADVISORY_STORE" });
    },
  );

  test("says nothing to the terminal but text", async () => {
    const source = { name: "PyPI\x1b[2J", from: "\x1b]0;x\x07", date: moment, fetched: moment, records: 1, skipped: 0 };
    const folder = await generation("a\t[]\n", "[]", { sources: [source] });
    const text = statusText(storeStatus(await openGeneration(dir, folder, {}), NOW, false));
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });
});

test("an index that was damaged within a line that is asked for says so", async () => {
  const store = await importFile(root, join(FIXTURES, "osv"), { now });
  const path = join(store.folder, "PyPI.ndjson");
  await writeFile(path, (await readFile(path, "utf8")).replaceAll("[{", "[["));
  await expect(store.find("PyPI", new Set(["requests"]))).rejects.toMatchObject({ code: "E_ADVISORY_DAMAGED" });
});

test("a change that is signed with another key than the site's is refused, and the store stays as it was", async () => {
  const [site, other] = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")];
  const keys = [site.publicKey];
  const before = await importFile(root, join(FIXTURES, "osv"), { now, keys, signKey: site.privateKey });
  const wrong = importFile(root, join(FIXTURES, "osv/go.json"), { now, keys, signKey: other.privateKey });
  await expect(wrong).rejects.toMatchObject({ code: "E_ADVISORY_SIGNATURE" });
  expect((await openStore(root, { keys })).digest).toBe(before.digest);
});

test("the same set again leaves the one that is being read in its place", async () => {
  const first = await importFile(root, join(FIXTURES, "osv"), { now });
  const second = await importFile(root, join(FIXTURES, "osv"), { now });
  expect(second.digest).toBe(first.digest);
  expect(second.folder).not.toBe(first.folder);
  expect((await first.find("PyPI", new Set(["torch"]))).size).toBe(1);
  expect(await readdir(join(root, "generations"))).toHaveLength(2);
});

const record = (id: string, ecosystems: readonly string[], more: object = {}) => ({
  ...{ id, modified: "2026-07-01T00:00:00Z" },
  affected: ecosystems.map((ecosystem) => ({ package: { ecosystem, name: "a" }, versions: ["1"] })),
  ...more,
});

test("an archive of one family does not put its mentions in the place of another family's", async () => {
  await importFile(root, join(FIXTURES, "osv/pypi.json"), { now });
  const npm = join(dir, "npm.zip");
  const files = { "1.json": record("X-1", ["npm"]), "2.json": record("X-2", ["npm", "PyPI"]) };
  await writeFile(
    npm,
    zipOf(Object.fromEntries(Object.entries(files).map(([name, one]) => [name, JSON.stringify(one)]))),
  );
  const store = await importFile(root, npm, { now });
  expect(store.manifest.parts.map(({ ecosystem }) => ecosystem)).toEqual(["PyPI", "npm"]);
  expect((await store.find("PyPI", new Set(["requests"]))).size).toBe(1);
});

test("a record of a time to come does not make a store look fresh for ever", async () => {
  const path = join(dir, "a.json");
  await writeFile(path, JSON.stringify(record("X-1", ["npm"], { modified: "9999-01-01T00:00:00Z" })));
  const store = await importFile(root, path, { now });
  expect(store.manifest.sources[0]?.date).toBe(NOW.toISOString());
});

test("a record whose versions and ranges are many is found", async () => {
  const events = Array.from({ length: 2000 }, (_, at) => ({ introduced: `9${at}.0` }));
  const versions = Array.from({ length: 20_000 }, (_, at) => `1.${at}`);
  const ranges = Array.from({ length: 20 }, () => ({ type: "ECOSYSTEM", events }));
  const path = join(dir, "a.json");
  const affected = [{ package: { ecosystem: "PyPI", name: "a" }, ranges, versions }];
  await writeFile(path, JSON.stringify(record("X-1", [], { affected })));
  const store = await importFile(root, path, { now });
  expect((await store.find("PyPI", new Set(["a"]))).get("a")?.[0]?.versions).toContain("1.7");
}, 60_000);

test("a folder with a link that leads nowhere is told of by that name", async () => {
  await symlink("/nowhere/at/all", join(dir, "x.json"));
  await expect(importFile(root, dir, { now })).rejects.toMatchObject({ code: "E_ADVISORY_SOURCE" });
});

test("the ends of releases are known by their form", async () => {
  const path = join(dir, "ends.json");
  await writeFile(path, '{"endOfLife": {"debian": {"12": "2028-07-01"}}}');
  const store = await importFile(root, path, { now });
  expect(await store.list("end-of-life")).toEqual({ debian: { "12": "2028-07-01" } });
});
