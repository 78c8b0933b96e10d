import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type Addition, appendObject, moveObject } from "./append.ts";
import { DEFAULT_GROUP, DESCRIPTOR_SLOTS } from "./layout.ts";
import { readSifFile } from "./read.ts";
import { prependSif } from "./write.ts";
import { writeAll } from "./write-all.ts";

const NOW = new Date("2027-01-01T00:00:00Z");
const partition = { fs: "squashfs", kind: "primary", arch: "amd64", name: "squashfs" } as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-append-"));
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A SIF file with one partition of 5000 bytes. */
async function sif(): Promise<string> {
  const path = join(folder, randomBytes(6).toString("hex"));
  writeFileSync(path, Buffer.alloc(5000, "p"));
  await prependSif(path, { uuid: Buffer.alloc(16), time: 1, objects: [], partition });
  return path;
}

function addition(text: string, place: Addition["place"]): Addition {
  const write = async (file: FileHandle, offset: number) => {
    await writeAll(file, Buffer.from(text), offset);
    return text.length;
  };
  return { type: "generic", name: "note", group: DEFAULT_GROUP, link: 0, extra: Buffer.alloc(0), place, write };
}

async function using<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, "r+");
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

const append = (path: string, text: string, place: Addition["place"] = "next") =>
  using(path, (file) => appendObject(file, path, addition(text, place), NOW));
const move = (path: string, id: number, text: string) =>
  using(path, (file) => moveObject(file, path, id, addition(text, "aligned"), NOW));

async function texts(path: string): Promise<string[]> {
  const bytes = readFileSync(path);
  const { descriptors } = await readSifFile(path);
  return descriptors.slice(1).map(({ offset, size }) => bytes.toString("utf8", offset, offset + size));
}

/** Lets only the first `count` writes to files succeed. */
async function allow(count: number): Promise<void> {
  const probe = await open(folder);
  const prototype: FileHandle = Object.getPrototypeOf(probe);
  await probe.close();
  const real = prototype.write;
  let writes = 0;
  vi.spyOn(prototype, "write").mockImplementation(function (this: FileHandle, ...args: unknown[]) {
    writes += 1;
    if (writes > count) return Promise.reject(Object.assign(new Error("EIO: gone"), { code: "EIO" }));
    return Reflect.apply(real, this, args);
  });
}

describe("an object that is added", () => {
  test("lies behind the last one, or at a multiple of 4096 behind the end", async () => {
    const path = await sif();
    const { fileSize } = await readSifFile(path);
    expect(await append(path, "next")).toMatchObject({ offset: fileSize, size: 4 });
    const aligned = await append(path, "aligned", "aligned");
    expect(aligned?.offset).toBe(Math.ceil((fileSize + 4) / 4096) * 4096);
    const after = await readSifFile(path);
    const last = after.descriptors.at(-1);
    expect(last).toMatchObject({ id: 3, name: "note", type: "generic", created: NOW.getTime() / 1000 });
    expect(last?.paddedSize).toBe((aligned?.offset ?? 0) + 7 - (fileSize + 4));
    expect(after).toMatchObject({ descriptorsFree: DESCRIPTOR_SLOTS - 3, modified: NOW.getTime() / 1000 });
    expect(after.dataOffset + after.dataSize).toBe(after.fileSize);
  });

  test("is refused by a full table, which stays as it is", async () => {
    const path = await sif();
    for (let id = 2; id <= DESCRIPTOR_SLOTS; id += 1) expect(await append(path, String(id))).toBeDefined();
    const before = readFileSync(path);
    expect(await append(path, "one too many")).toBeUndefined();
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  // Content, descriptor, the byte that makes it count, the header.
  test.each([0, 1, 2, 3])("is there or not there when all ends after %i writes, and the next one is", async (count) => {
    const path = await sif();
    await append(path, "first");
    await allow(count);
    await expect(append(path, "second", "aligned")).rejects.toThrow("EIO");
    vi.restoreAllMocks();
    const there = count < 3 ? ["first"] : ["first", "second"];
    expect(await texts(path)).toEqual(there);
    await append(path, "third", "aligned");
    expect(await texts(path)).toEqual([...there, "third"]);
  });

  // Content, its place, the header.
  test.each([0, 1, 2])("has its old or its new content when moving it ends after %i writes", async (count) => {
    const path = await sif();
    await append(path, "old content");
    await allow(count);
    await expect(move(path, 2, "new")).rejects.toThrow("EIO");
    vi.restoreAllMocks();
    expect(await texts(path)).toEqual([count < 2 ? "old content" : "new"]);
    await move(path, 2, "newest");
    expect(await texts(path)).toEqual(["newest"]);
  });
});
