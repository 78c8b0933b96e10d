import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { zipOf } from "./testing.ts";
import { ZIP_LIMITS, type ZipLimits, type ZipMember, zipMembers } from "./zip.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-zip-"));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function read(bytes: Uint8Array, limits: ZipLimits = ZIP_LIMITS): Promise<ZipMember[]> {
  const path = join(dir, "a.zip");
  await writeFile(path, bytes);
  const file = await open(path, "r");
  try {
    const members: ZipMember[] = [];
    for await (const member of zipMembers(file, path, () => true, limits)) members.push(member);
    return members;
  } finally {
    await file.close();
  }
}

const refused = { code: "E_ADVISORY_ZIP" };

test("members come with their content, packed and plain", async () => {
  const files = { "a.json": "{}", "b.json": "x".repeat(100_000), "empty.json": "" };
  for (const how of [{}, { plain: true }, { zip64: true }]) {
    const members = await read(zipOf(files, how));
    expect(Object.fromEntries(members.map(({ name, content }) => [name, content.toString()]))).toEqual(files);
  }
});

test("an archive with a comment, and one after other bytes, are read", async () => {
  const members = await read(zipOf({ "a.json": "1" }, { comment: "made by hand PK\x05\x06" }));
  expect(members.map(({ name }) => name)).toEqual(["a.json"]);
});

describe("hostile archives are refused:", () => {
  const good = zipOf({ "a.json": "x".repeat(1000), "b.json": "{}" });

  test("nothing", async () => await expect(read(Buffer.alloc(0))).rejects.toMatchObject(refused));
  test("no archive", async () => await expect(read(Buffer.alloc(5000, "text"))).rejects.toMatchObject(refused));
  test("cut off", async () => {
    for (const length of [1, 20, 40, 60, good.length - 1])
      await expect(read(good.subarray(0, length))).rejects.toMatchObject(refused);
  });
  test("changed content", async () => {
    const bytes = zipOf({ "a.json": "hello" }, { plain: true });
    bytes[36] = (bytes[36] ?? 0) ^ 1;
    await expect(read(bytes)).rejects.toMatchObject(refused);
  });
  test("more members than anybody has", async () =>
    await expect(read(good, { ...ZIP_LIMITS, members: 1 })).rejects.toMatchObject(refused));
  test("members that are too big, alone or together", async () => {
    await expect(read(good, { ...ZIP_LIMITS, member: 999 })).rejects.toMatchObject(refused);
    await expect(read(good, { ...ZIP_LIMITS, total: 1001 })).rejects.toMatchObject(refused);
  });
  test("a size that is a lie", async () => {
    const packed = deflateRawSync(Buffer.alloc(1 << 20));
    for (const size of [10, 1 << 19, 1 << 24])
      await expect(
        read(zipOf({}, { raw: { packed, size, crc: crc32(Buffer.alloc(size > 1 << 20 ? 1 : size)) } })),
      ).rejects.toMatchObject(refused);
  });
});

test("any change of a byte ends in members or in a refusal, never in another failure", async () => {
  const good = zipOf({ "a.json": '{"id":1}', "b.json": "[]" }, { zip64: true });
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, value) => {
      const bytes = Buffer.from(good);
      bytes[at] = value;
      await read(bytes).catch((error: unknown) => expect(error).toMatchObject(refused));
    }),
    { numRuns: 300, seed: 4 },
  );
});
