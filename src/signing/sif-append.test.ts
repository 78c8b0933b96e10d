import { type FileHandle, open, readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { readSifFile } from "../image/sif/read.ts";
import { appendSignatures } from "./sif-append.ts";
import { signSif } from "./sign-sif.ts";
import { NOW, plainPair, workFolder } from "./testing.ts";
import { verifySif } from "./verify-sif.ts";

describe("adding a signature", () => {
  let work: Awaited<ReturnType<typeof workFolder>>;
  const { priv, pub } = plainPair();
  const key = { kind: "plain", key: priv } as const;
  const good = async (path: string) =>
    (await verifySif(path, { keys: { plain: [pub] }, now: NOW })).map(({ failure }) => failure?.code ?? "good");
  beforeAll(async () => {
    work = await workFolder();
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => work.remove());

  test("moves nothing that was there", async () => {
    const path = await work.file();
    const before = await readFile(path);
    await signSif(path, { key, now: NOW });
    const after = await readFile(path);
    const { descriptors, descriptorsFree, modified, fileSize, dataOffset, dataSize } = await readSifFile(path);
    expect(after.subarray(32_176, before.length).equals(before.subarray(32_176))).toBe(true);
    expect(descriptors.at(-1)).toMatchObject({ id: 4, type: "signature", group: 0, linkedGroup: 1, name: "" });
    expect({ descriptorsFree, modified }).toEqual({ descriptorsFree: 44, modified: NOW.getTime() / 1000 });
    expect(dataOffset + dataSize).toBe(fileSize);
  });

  // Content, descriptor, the byte that makes it count, the header: the writes in their order.
  test.each([0, 1, 2, 3])("leaves a good file when it ends after %i of its writes", async (count) => {
    const path = await work.file();
    await signSif(path, { key, now: NOW });
    const probe = await open(path);
    const prototype: FileHandle = Object.getPrototypeOf(probe);
    await probe.close();
    const real = prototype.write;
    let writes = 0;
    vi.spyOn(prototype, "write").mockImplementation(function (this: FileHandle, ...args: unknown[]) {
      writes += 1;
      if (writes > count) return Promise.reject(Object.assign(new Error("EIO: gone"), { code: "EIO" }));
      return Reflect.apply(real, this, args);
    });
    await expect(signSif(path, { key, now: NOW })).rejects.toMatchObject({ code: "E_SIF_CLOSED" });
    vi.restoreAllMocks();
    expect(await good(path)).toEqual(count < 3 ? ["good"] : ["good", "good"]);
    // And the next attempt is not disturbed by what was left.
    await signSif(path, { key, now: NOW });
    expect(await good(path)).toEqual(count < 3 ? ["good", "good"] : ["good", "good", "good"]);
  });

  test("waits for others who sign the same file", async () => {
    const path = await work.file();
    await Promise.all([1, 2, 3, 4].map(() => signSif(path, { key, now: NOW })));
    expect(await good(path)).toEqual(["good", "good", "good", "good"]);
  });

  test("is given up when it is no longer wanted", async () => {
    const path = await work.file();
    const before = await readFile(path);
    const stop = new AbortController();
    const attempt = appendSignatures(path, { now: NOW, signal: stop.signal }, async () => {
      stop.abort(new Error("enough"));
      stop.signal.throwIfAborted();
      return [];
    });
    await expect(attempt).rejects.toThrow("enough");
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  test("says why a file cannot be written", async () => {
    await expect(signSif("/nowhere/x.sif", { key, now: NOW })).rejects.toMatchObject({ code: "E_SIF_CLOSED" });
    await expect(signSif("/dev/null", { key, now: NOW })).rejects.toThrow();
  });
});
