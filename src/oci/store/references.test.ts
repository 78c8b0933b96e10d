import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestOf } from "../../base/digest.ts";
import { referenceStore } from "./references.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-refs-"));
});
afterAll(() => rm(dir, { recursive: true }));

const target = (text: string) => ({
  mediaType: "application/vnd.oci.image.index.v1+json",
  digest: digestOf(text),
  size: 9,
});

test("a reference is found again until it is removed", async () => {
  const store = referenceStore(join(dir, "a/refs"), join(dir, "a/blob"));
  const reference = { name: "host:5000/app:1", target: target("1"), checked: 1_700_000_000_000 };
  await store.set(reference);
  expect(await store.find(reference.name)).toEqual(reference);
  expect(await store.find("host:5000/app:2")).toBeUndefined();
  await store.remove([reference.name]);
  expect(await store.find(reference.name)).toBeUndefined();
});

test("concurrent writers lose nothing, and the index shows every reference", async () => {
  const layout = join(dir, "b/blob");
  const stores = Array.from({ length: 4 }, () => referenceStore(join(dir, "b/refs"), layout));
  const names = Array.from({ length: 8 }, (_, i) => `host/app:${i}`);
  await Promise.all(names.map((name, i) => stores[i % 4]?.set({ name, target: target(name), checked: i })));
  expect(await stores[0]?.list()).toHaveLength(8);
  const index = JSON.parse(await readFile(join(layout, "index.json"), "utf8"));
  const shown = index.manifests.map((m: { annotations: object }) => Object.values(m.annotations)[0]);
  expect(shown.sort()).toEqual(names.sort());
});

test("a name that is ours alone is not in the index, and leaves it untouched", async () => {
  const layout = join(dir, "d/blob");
  const store = referenceStore(join(dir, "d/refs"), layout);
  await store.set({ name: "host/app:1", target: target("1"), checked: 1 });
  const before = await stat(join(layout, "index.json"), { bigint: true });
  await store.set({ name: "packed", target: target("2"), checked: 1, stamp: "1" });
  expect((await stat(join(layout, "index.json"), { bigint: true })).ino).toBe(before.ino);
  expect(await store.list()).toHaveLength(2);
});

test("a damaged record is as good as none", async () => {
  const store = referenceStore(join(dir, "c/refs"), join(dir, "c/blob"));
  await store.set({ name: "host/app:1", target: target("1"), checked: 1 });
  const file = join(dir, "c/refs", `${digestOf("host/app:1").slice(7, 47)}.json`);
  for (const text of ["", "{", "null", "[]", '{"name":"host/app:1"}']) {
    await writeFile(file, text);
    expect(await store.find("host/app:1")).toBeUndefined();
    expect(await store.list()).toEqual([]);
  }
});

test("the list is whole where a process may open few files", async () => {
  const [refs, layout] = [join(dir, "many/refs"), join(dir, "many/blob")];
  const store = referenceStore(refs, layout);
  // With a stamp they stay out of the index, which would be written for each.
  for (let i = 0; i < 300; i += 1)
    await store.set({ name: `layer:${i}`, target: target(`${i}`), checked: i, stamp: "1" });
  const script = `
    const { referenceStore } = await import(process.argv[1]);
    console.log((await referenceStore(process.argv[2], process.argv[3]).list()).length);`;
  const argv = ["--input-type=module", "-e", script, join(import.meta.dirname, "references.ts"), refs, layout];
  const command = ["-c", 'ulimit -n 100 && exec "$0" "$@"', process.execPath, ...argv];
  expect(execFileSync("/bin/sh", command, { encoding: "utf8" }).trim()).toBe("300");
});
