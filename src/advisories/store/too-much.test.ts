// Small things that become big ones, and words that are longer than any: none of them fills a disk or makes a store useless.

import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readJudgements } from "../judge/read-judgements.ts";
import { changeStore } from "./generation.ts";
import { importFile } from "./import.ts";
import { advisoriesOf } from "./osv-record.ts";
import { openStore } from "./store.ts";
import { takeOver } from "./take-over.ts";
import { zipOf } from "./testing.ts";
import { zipMembers } from "./zip.ts";

const now = () => new Date("2026-07-10T00:00:00Z");
const affected = { package: { ecosystem: "PyPI", name: "a" }, versions: ["1"] };
const record = { id: "X-1", modified: "2026-07-01T00:00:00Z", affected: [affected] };

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-too-much-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test("members of an archive that share their bytes are refused before the third is unpacked", async () => {
  const one = zipOf({ "a.json": Array.from({ length: 200 }, (_, at) => `${at * 7919}`).join() });
  const [local, size] = [one.readUInt32LE(one.length - 6), one.readUInt32LE(one.length - 10)];
  const [entry, end] = [one.subarray(local, local + size), one.subarray(local + size)];
  end.writeUInt16LE(3, 10);
  end.writeUInt32LE(size * 3, 12);
  const path = join(dir, "a.zip");
  await writeFile(path, Buffer.concat([one.subarray(0, local), entry, entry, entry, end]));
  const file = await open(path);
  const names: string[] = [];
  const reading = async () => {
    for await (const { name } of zipMembers(file, path, () => true)) names.push(name);
  };
  await expect(reading()).rejects.toMatchObject({
    code: "E_ADVISORY_ZIP",
    message: expect.stringContaining("overlap"),
  });
  expect(names).toEqual(["a.json"]);
  await file.close();
});

test("a record of a megabyte that would become gigabytes is none", () => {
  const aliases = Array.from({ length: 400 }, (_, at) => `${at}`.padEnd(300, "x"));
  const many = (count: number) => ({ ...record, aliases, affected: Array.from({ length: count }, () => affected) });
  expect(advisoriesOf(many(100))).toHaveLength(100);
  expect(advisoriesOf(many(10_000))).toBeUndefined();
});

describe("a store stays usable", () => {
  test("whatever a mirror calls the version of its archive", async () => {
    const found = async function* () {
      yield { value: record, where: "x", within: "x" };
    };
    const how = { from: `https://example.org/${"x".repeat(5000)}`, etag: "x".repeat(5000), now: now() };
    await changeStore(dir, async (draft) => ({ ...(await takeOver(found(), draft, how)), lists: [] }), { now });
    const { manifest } = await openStore(dir, {});
    expect(manifest.sources[0]?.etag).toBeUndefined();
  });

  test("when a list says a year that no calendar has", async () => {
    await writeFile(join(dir, "records.json"), JSON.stringify(record));
    await importFile(join(dir, "store"), join(dir, "records.json"), { now });
    const list = { dateReleased: "+275000-01-01T00:00:00Z", vulnerabilities: [{ cveID: "CVE-2026-0001" }] };
    await writeFile(join(dir, "list.json"), JSON.stringify(list));
    await expect(importFile(join(dir, "store"), join(dir, "list.json"), { now })).rejects.toMatchObject({
      code: "E_ADVISORY_SOURCE",
    });
    expect((await openStore(join(dir, "store"), {})).manifest.lists).toEqual([]);
  });

  test("when a change would leave a list of its files that nobody can read again", async () => {
    const source = { name: "PyPI", from: "x", date: "yesterday", fetched: "now", records: 1, skipped: 0 };
    const change = changeStore(dir, async () => ({ sources: [source], parts: [], lists: [] }), { now });
    await expect(change).rejects.toMatchObject({ code: "E_ADVISORY_STORE" });
    await expect(openStore(dir, {})).rejects.toMatchObject({ code: "E_ADVISORY_NONE" });
  });
});

test("a device without end is too big to be a document or a list", async () => {
  await expect(readJudgements({ vex: [], waivers: ["/dev/zero"] })).rejects.toMatchObject({ code: "E_WAIVER_FORM" });
  await expect(readJudgements({ vex: ["/dev/zero"], waivers: [] })).rejects.toMatchObject({ code: "E_VEX_FORM" });
});
