// The bytes of a SIF file against the numbers of spec/apptainer.md section 2, not against our own reader.

import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SifSpec } from "../../src/image/sif/index.ts";
import {
  deriveUuid,
  findObject,
  prependSif,
  primaryPartition,
  readObject,
  readSif,
} from "../../src/image/sif/index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-sif-"));
});
afterAll(() => rm(folder, { recursive: true }));

const definition = Buffer.from("bootstrap: docker\nfrom: image\n\n");
const json = Buffer.from(JSON.stringify({ text: "x".repeat(4600 - 11 - definition.length + 16) }));
const spec: SifSpec = {
  uuid: deriveUuid("sha256:1", "zstd"),
  time: 1_700_000_000,
  objects: [
    { type: "definition", name: "Def.FILE", content: definition },
    { type: "json", name: "oci-config.json", content: json },
  ],
  partition: { name: "rootfs", fs: "squashfs", kind: "primary", arch: "amd64" },
};

async function make(name: string, size: number, copyOnly: boolean): Promise<{ path: string; bytes: Buffer }> {
  const path = join(folder, name);
  await writeFile(path, Buffer.alloc(size, 0x5a));
  await prependSif(path, spec, { copyOnly });
  return { path, bytes: await readFile(path) };
}

describe("a file with a definition, a JSON object and a partition", () => {
  const DESCRIPTOR = 585;
  const descriptor = (bytes: Buffer, index: number) =>
    bytes.subarray(4096 + index * DESCRIPTOR, 4096 + (index + 1) * DESCRIPTOR);
  const numbers = (bytes: Buffer, at: number, count: number) =>
    Array.from({ length: count }, (_, index) => Number(bytes.readBigInt64LE(at + index * 8)));

  test("has the header of the format", async () => {
    const { bytes } = await make("header.sif", 1_048_576, true);
    expect(bytes.toString("latin1", 0, 32)).toBe("#!/usr/bin/env run-singularity\n\0");
    expect(bytes.toString("latin1", 32, 48)).toBe("SIF_MAGIC\x0001\x0002\0");
    expect(numbers(bytes, 64, 8)).toEqual([
      ...[1_700_000_000, 1_700_000_000, 45, 48, 4096, 28_080, 32_176],
      bytes.length - 32_176,
    ]);
    expect(bytes.subarray(128, 4096).every((byte) => byte === 0)).toBe(true);
  });

  test("has the objects without gaps and the partition at the next multiple of 4096", async () => {
    const { bytes } = await make("objects.sif", 1_048_576, true);
    const [first, second, third] = [0, 1, 2].map((index) => descriptor(bytes, index));
    const end = 32_176 + definition.length + json.length;
    const start = Math.ceil(end / 4096) * 4096;
    expect(first && [first.readInt32LE(0), first[4], first.readUInt32LE(5), first.readUInt32LE(9)]).toEqual([
      ...[0x4001, 1, 1, 0xf0000001],
    ]);
    expect(first && numbers(first, 17, 7)).toEqual([
      ...[32_176, definition.length, definition.length, 1_700_000_000, 1_700_000_000, 0, 0],
    ]);
    expect(first?.toString("latin1", 73, 82)).toBe("Def.FILE\0");
    expect(second?.readInt32LE(0)).toBe(0x4006);
    expect(third && [third.readInt32LE(0), third.readUInt32LE(5)]).toEqual([0x4004, 3]);
    expect(third && numbers(third, 17, 3)).toEqual([start, 1_048_576, 1_048_576 + start - end]);
    expect(third && [third.readInt32LE(201), third.readInt32LE(205), third.toString("latin1", 209, 212)]).toEqual([
      ...[1, 2, "02\0"],
    ]);
    expect(bytes.length).toBe(start + 1_048_576);
    expect(bytes.subarray(start).every((byte) => byte === 0x5a)).toBe(true);
    expect(descriptor(bytes, 3).every((byte) => byte === 0)).toBe(true);
  });

  test("is the same whether the file system shifted the data or it was copied", async () => {
    const copied = await make("copied.sif", 300_000, true);
    const shifted = await make("shifted.sif", 300_000, false);
    expect(shifted.bytes.equals(copied.bytes)).toBe(true);
  });

  test("is not begun when the work was given up before", async () => {
    const path = join(folder, "aborted.sif");
    await writeFile(path, "squashfs");
    const signal = AbortSignal.abort(new Error("given up"));
    await expect(prependSif(path, spec, { signal, copyOnly: true })).rejects.toThrow("given up");
    expect(await readFile(path, "utf8")).toBe("squashfs");
    expect((await readdir(folder)).filter((name) => name.startsWith(".partial"))).toEqual([]);
  });

  test("refuses names and numbers of objects that the format cannot hold", async () => {
    const object = (name: string) => ({ type: "json", name, content: Buffer.from("{}") }) as const;
    const path = join(folder, "refused.sif");
    await writeFile(path, "squashfs");
    const many = { ...spec, objects: Array.from({ length: 48 }, (_, index) => object(String(index))) };
    await expect(prependSif(path, many)).rejects.toMatchObject({ code: "E_SIF_TOO_MANY" });
    const long = { ...spec, objects: [object("ü".repeat(64))] };
    await expect(prependSif(path, long)).rejects.toMatchObject({ code: "E_SIF_NAME" });
    expect(await readFile(path, "utf8")).toBe("squashfs");
  });

  test("is read back as it was written", async () => {
    const { path } = await make("back.sif", 8192, false);
    const file = await open(path);
    try {
      const sif = await readSif(file, path);
      expect(sif).toMatchObject({ arch: "amd64", created: 1_700_000_000, descriptorsFree: 45, descriptorsTotal: 48 });
      expect(sif.uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(primaryPartition(sif)).toMatchObject({ size: 8192, partition: { fs: "squashfs", arch: "amd64" } });
      const object = findObject(sif, "oci-config.json");
      expect(object && (await readObject(file, object, path)).equals(json)).toBe(true);
    } finally {
      await file.close();
    }
  });
});
