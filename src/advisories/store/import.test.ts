import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { importFile } from "./import.ts";
import { openStore } from "./store.ts";

const FIXTURES = join(import.meta.dirname, "../../../tests/advisories/fixtures");
const now = () => new Date("2026-07-10T00:00:00Z");

let dir: string;
let root: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-advisories-"));
  root = join(dir, "store");
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

test("records become one index for each ecosystem and release, and are found by package", async () => {
  await importFile(root, join(FIXTURES, "osv"), { now });
  const store = await openStore(root);
  const names = store.manifest.parts.map(({ ecosystem }) => ecosystem);
  expect(names).toContain("Debian:11");
  expect(names).toContain("Red Hat:enterprise_linux:9::baseos");
  const found = await store.find("Debian:12", new Set(["openssl", "nothing"]));
  expect([...found.keys()]).toEqual(["openssl"]);
  expect(found.get("openssl")?.map(({ id }) => id)).toEqual([
    "DEBIAN-CVE-2023-0464",
    "DEBIAN-CVE-2026-11001",
    "DEBIAN-CVE-2026-11002",
    "DSA-99001-1",
  ]);
});

test("what is withdrawn is not taken over, and lists of versions that a range has are left away", async () => {
  await importFile(root, join(FIXTURES, "osv"), { now });
  const store = await openStore(root);
  expect((await store.find("Debian:12", new Set(["zlib"]))).size).toBe(0);
  const requests = (await store.find("PyPI", new Set(["requests"]))).get("requests");
  expect(requests?.map(({ versions }) => versions)).toEqual([[], []]);
  expect(requests?.[0]).toMatchObject({ id: "GHSA-j8r2-6x86-q33q", severity: "medium", score: 6.1 });
});

test("the same records give the same files", async () => {
  const first = await importFile(root, join(FIXTURES, "osv"), { now });
  const second = await importFile(join(dir, "other"), join(FIXTURES, "osv"), { now });
  expect(second.digest).toBe(first.digest);
});

test("an import replaces the families that it brings and leaves the others", async () => {
  await importFile(root, join(FIXTURES, "osv"), { now });
  const store = await importFile(root, join(FIXTURES, "osv/alpine.json"), { now: () => new Date("2026-07-11") });
  expect(store.manifest.sources.find(({ name }) => name === "Alpine")).toMatchObject({ records: 2, skipped: 0 });
  expect((await store.find("Debian:12", new Set(["openssl"]))).size).toBe(1);
  expect(store.manifest.parts.filter(({ ecosystem }) => ecosystem === "Alpine:v3.20")).toHaveLength(1);
});

test("only what was asked for is taken over", async () => {
  const store = await importFile(root, join(FIXTURES, "osv"), { now, wanted: ["Debian:12", "PyPI"] });
  expect(store.manifest.parts.map(({ ecosystem }) => ecosystem)).toEqual(["Debian:12", "PyPI"]);
});

test("a file of something else leaves the store as it was", async () => {
  const before = await importFile(root, join(FIXTURES, "osv"), { now });
  const other = join(dir, "other.json");
  await writeFile(other, '{"hello": "world"}');
  await expect(importFile(root, other, { now })).rejects.toMatchObject({ code: "E_ADVISORY_SOURCE" });
  expect((await openStore(root)).digest).toBe(before.digest);
  expect(await readdir(join(root, "generations"))).toHaveLength(1);
});

test("an index that was changed is refused", async () => {
  const store = await importFile(root, join(FIXTURES, "osv"), { now });
  const path = join(store.folder, "PyPI.ndjson");
  await writeFile(path, (await readFile(path, "utf8")).replace("2.31.0", "0.31.0"));
  await expect(store.find("PyPI", new Set(["requests"]))).rejects.toMatchObject({ code: "E_ADVISORY_DAMAGED" });
});

test("the list of exploited flaws and tables of security support are known by their form", async () => {
  await importFile(root, join(FIXTURES, "osv"), { now });
  await importFile(root, join(FIXTURES, "exploited.json"), { now });
  await importFile(root, join(FIXTURES, "security-support-ended.deb12"), { now });
  const store = await importFile(root, join(FIXTURES, "security-support-limited"), { now });
  expect(await store.list("exploited")).toEqual(["CVE-2021-44228", "CVE-2026-16003"]);
  expect(await store.list("support")).toEqual([
    {
      ecosystem: "Debian:12",
      name: "wolfssl",
      kind: "ended",
      since: "2024-02-10",
      note: "invented note: see the tracker",
    },
    { ecosystem: "Debian", name: "hdf5", kind: "limited", note: "invented note: only for trusted files" },
    { ecosystem: "Debian", name: "golang.*", kind: "limited", note: "invented note: no rebuilds of what is linked" },
  ]);
});

test("a store that is not there says what to do", async () => {
  await expect(openStore(root)).rejects.toMatchObject({ code: "E_ADVISORY_NONE" });
});

test("two imports at once both take effect, one after the other", async () => {
  await Promise.all(
    ["debian", "pypi", "go"].map((name) => importFile(root, join(FIXTURES, `osv/${name}.json`), { now })),
  );
  const { manifest } = await openStore(root);
  expect(manifest.sources.map(({ name }) => name)).toEqual(["Debian", "Go", "PyPI"]);
});

test("an import that is given up leaves the store as it was, and nothing beside it", async () => {
  const before = await importFile(root, join(FIXTURES, "osv"), { now });
  const stop = new AbortController();
  stop.abort(new Error("enough"));
  const given = importFile(root, join(FIXTURES, "osv"), { now, signal: stop.signal });
  await expect(given).rejects.toThrow("enough");
  expect((await openStore(root)).digest).toBe(before.digest);
  expect(await readdir(join(root, "generations"))).toHaveLength(1);
});
