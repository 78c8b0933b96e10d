import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestOf } from "../../base/digest.ts";
import { silent } from "../../base/log.ts";
import { contentStore } from "./content-store.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "berth-store-"));
});
afterAll(() => rm(root, { recursive: true }));

const expected = (bytes: Buffer, algorithm: "sha256" | "sha512" = "sha256") => ({
  digest: digestOf(bytes, algorithm),
  size: bytes.length,
});

test("stored content is read back unchanged, whatever its size and algorithm", async () => {
  const store = contentStore(join(root, "plain"), { log: silent });
  for (const size of [0, 1, 256 * 1024, 256 * 1024 + 1, 3_000_000])
    for (const algorithm of ["sha256", "sha512"] as const) {
      const bytes = Buffer.alloc(size, "ab");
      const want = expected(bytes, algorithm);
      await store.put(want, Readable.from([bytes]));
      expect(await store.has(want)).toBe(true);
      expect((await buffer(await store.open(want))).equals(bytes)).toBe(true);
    }
  expect(await readdir(join(root, "plain/partial"))).toEqual([]);
  expect(JSON.parse(await readFile(join(root, "plain/oci-layout"), "utf8"))).toEqual({ imageLayoutVersion: "1.0.0" });
});

test("content of unknown digest is stored under the digest it turns out to have", async () => {
  const store = contentStore(join(root, "add"), { log: silent });
  const bytes = Buffer.from("layer");
  expect(await store.add(Readable.from([bytes]))).toEqual(expected(bytes));
  expect((await store.list()).map((blob) => blob.digest)).toEqual([digestOf(bytes)]);
});

test("content that is not what was announced is never stored", async () => {
  const store = contentStore(join(root, "wrong"), { log: silent });
  const want = expected(Buffer.from("right"));
  await expect(store.put(want, Readable.from([Buffer.from("wrong")]))).rejects.toMatchObject({
    code: "E_DIGEST_MISMATCH",
  });
  await expect(store.put(want, Readable.from([Buffer.from("longer")]))).rejects.toMatchObject({
    code: "E_SIZE_MISMATCH",
  });
  expect(await store.has(want)).toBe(false);
  expect(await readdir(join(root, "wrong/partial"))).toEqual([]);
});

test("a damaged blob ends its stream in an error, is removed, and this is said", async () => {
  const said: string[] = [];
  const store = contentStore(join(root, "damaged"), { log: { ...silent, warn: (text) => said.push(text) } });
  const bytes = Buffer.alloc(600_000, "x");
  const want = expected(bytes);
  await store.put(want, bytes);
  await writeFile(store.path(want.digest), Buffer.alloc(600_000, "y"));
  await expect(buffer(await store.open(want))).rejects.toMatchObject({ code: "E_BLOB_CORRUPT" });
  expect(await store.has(want)).toBe(false);
  expect(said).toHaveLength(1);
  await expect(store.open(want)).rejects.toMatchObject({ code: "E_BLOB_MISSING" });
});

test("a truncated blob does not count as present", async () => {
  const store = contentStore(join(root, "cut"), { log: silent });
  const want = expected(Buffer.from("0123456789"));
  await store.put(want, Buffer.from("0123456789"));
  await truncate(store.path(want.digest), 4);
  expect(await store.has(want)).toBe(false);
  await expect(store.read(want)).rejects.toMatchObject({ code: "E_BLOB_CORRUPT" });
});

test("a document larger than its limit is not read into memory", async () => {
  const store = contentStore(join(root, "large"), { log: silent });
  const want = { digest: digestOf("x"), size: 1e9 };
  await expect(store.read(want)).rejects.toMatchObject({ code: "E_BLOB_TOO_LARGE" });
});

test("reading a blob marks it as used", async () => {
  const store = contentStore(join(root, "used"), { log: silent });
  const want = expected(Buffer.from("used"));
  await store.put(want, Buffer.from("used"));
  const before = (await stat(store.path(want.digest))).atimeMs;
  await buffer(await store.open(want));
  expect((await stat(store.path(want.digest))).atimeMs).toBeGreaterThanOrEqual(before);
  expect((await store.list())[0]?.lastUsed).toBeGreaterThanOrEqual(before);
});
