// Image files by what is in them, in trees with everything that a tree may have.

import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imageKind } from "./image-kind.ts";
import { inventory, inventoryFacts } from "./inventory.ts";

const SIF = Buffer.concat([
  Buffer.from("#!/usr/bin/env run-singularity\n\0"),
  Buffer.from("SIF_MAGIC\0"),
  Buffer.alloc(100),
]);
const SQUASHFS = Buffer.alloc(128);
SQUASHFS.write("hsqs");
SQUASHFS.writeUInt16LE(17, 22);
SQUASHFS.writeUInt16LE(4, 28);
const wishes = { oneFileSystem: false, allowed: [], keys: [], signal: new AbortController().signal };

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "berth-inventory-"));
  await mkdir(join(dir, "home", "deep", "er"), { recursive: true });
  await mkdir(join(dir, "images"));
  await writeFile(join(dir, "home", "deep", "er", "notes.txt"), SIF);
  await writeFile(join(dir, "images", "b.squashfs"), SQUASHFS);
  await writeFile(join(dir, "home", "empty.sif"), "");
  await writeFile(
    join(dir, "home", "text.sif"),
    "hsqs is a word of four letters, and this line is longer than a superblock of squashfs is, much longer",
  );
  await symlink("/", join(dir, "home", "everything"));
  await symlink(join(dir, "images", "b.squashfs"), join(dir, "home", "link.sif"));
  execFileSync("mkfifo", [join(dir, "home", "pipe.sif")]);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe("an inventory", () => {
  test("finds images whatever they are called, follows no link and waits for no pipe", async () => {
    const { items, counts } = await inventory([dir], wishes);
    expect(items.map(({ path, kind }) => [path.slice(dir.length), kind])).toEqual([
      ["/home/deep/er/notes.txt", "sif"],
      ["/images/b.squashfs", "squashfs"],
    ]);
    expect(items[0]).toMatchObject({ bytes: SIF.length, uid: process.getuid?.(), verdict: "none", stray: undefined });
    expect(counts).toMatchObject({ files: 4, unreadable: 0 });
  });

  test("tells what lies outside of the allowed folders", async () => {
    const found = await inventory([dir], { ...wishes, allowed: [join(dir, "images")] });
    expect(found.items.map(({ stray }) => stray)).toEqual([true, false]);
    expect(inventoryFacts(found)).toEqual({ searched: [dir], stray: [join(dir, "home/deep/er/notes.txt")] });
  });

  test("walks what is named twice once, and counts what is not there", async () => {
    const { items, counts } = await inventory([dir, join(dir, "home"), join(dir, "none")], wishes);
    expect(items).toHaveLength(2);
    expect(counts).toMatchObject({ unreadable: 1, unreadablePaths: [join(dir, "none")] });
  });

  test("says when a verdict beside an image is none", async () => {
    await writeFile(join(dir, "images", "b.squashfs.verdict.json"), "{}");
    const { items } = await inventory([join(dir, "images")], wishes);
    expect(items[0]).toMatchObject({ verdict: "invalid", why: expect.stringContaining("cannot be used") });
    await rm(join(dir, "images", "b.squashfs.verdict.json"));
  });

  test.skipIf(process.getuid?.() === 0)("counts folders that it may not read [not as root]", async () => {
    await chmod(join(dir, "images"), 0);
    expect((await inventory([dir], wishes)).counts).toMatchObject({ unreadable: 1 });
    await chmod(join(dir, "images"), 0o755);
  });

  test("of 5,000 files takes less than a second of the processor", async () => {
    const many = join(dir, "many");
    for (let folder = 0; folder < 10; folder += 1) {
      await mkdir(join(many, String(folder)), { recursive: true });
      await Promise.all(
        Array.from({ length: 500 }, (_, at) => writeFile(join(many, `${folder}/${at}`), "x".repeat(200))),
      );
    }
    expect((await inventory([many], wishes)).counts.files).toBe(5000);
  });
});

test("four letters alone make no squashfs", () => {
  expect(imageKind(SQUASHFS)).toBe("squashfs");
  const other = Buffer.from(SQUASHFS);
  other.writeUInt16LE(3, 28);
  expect(imageKind(other)).toBeUndefined();
  expect(imageKind(SIF.subarray(0, 40))).toBeUndefined();
});
