// Damaged and hostile images: whatever is changed in one, reading it ends soon, and in nothing but an error of berth.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, open, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BerthError } from "../../src/base/errors.ts";
import { openImage } from "../../src/image/open.ts";
import { deriveUuid, prependSif } from "../../src/image/sif/index.ts";
import { openSquashfs } from "../../src/image/squashfs-reader/index.ts";

const hasMksquashfs = spawnSync("mksquashfs", ["-version"]).error === undefined;

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-fuzz-"));
  await mkdir(at("tree/sub/deeper"), { recursive: true });
  for (let index = 0; index < 40; index += 1) await writeFile(at(`tree/sub/f${index}`), "content ".repeat(index * 20));
  await symlink("../f1", at("tree/sub/deeper/link"));
  await writeFile(at("tree/big"), Buffer.alloc(20_000, "abc"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Reads everything there is; the number of bytes is bounded, since a file may honestly claim terabytes of holes. */
async function readAll(path: string, offset: number): Promise<void> {
  const file = await open(path);
  try {
    const tree = await openSquashfs(file, offset, path);
    let left = 200;
    for await (const { extents, xattrs } of tree.walk("/")) {
      await xattrs();
      for await (const _ of extents()) {
        left -= 1;
        if (left < 0) return;
      }
    }
  } finally {
    await file.close();
  }
}

async function survives(work: Promise<unknown>): Promise<void> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error !== undefined) expect(error).toBeInstanceOf(BerthError);
}

// One change: at a place of the file (as a fraction), a value of one, two, four or eight bytes.
const change = fc.record({
  place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  early: fc.boolean(),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
    fc.constantFrom(
      [0xff, 0xff, 0xff, 0xff],
      [0, 0, 0, 0],
      [0xff, 0xff],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    ),
  ),
});

function mutate(
  image: Buffer,
  head: number,
  changes: readonly { place: number; early: boolean; bytes: ArrayLike<number> }[],
): Buffer {
  const copy = Buffer.from(image);
  for (const { place, early, bytes } of changes) {
    const range = early ? head : copy.length;
    const to = Math.floor(place * range);
    for (let index = 0; index < bytes.length && to + index < copy.length; index += 1)
      copy[to + index] = bytes[index] ?? 0;
  }
  return copy;
}

describe.skipIf(!hasMksquashfs)("mutated images (need squashfs-tools)", () => {
  const variants: readonly (readonly [string, readonly string[]])[] = [
    ["with plain metadata", ["-noI", "-noD", "-noF", "-noX", "-nopad"]],
    ["compressed with zstd", ["-comp", "zstd", "-nopad"]],
    ["compressed with gzip", ["-comp", "gzip", "-nopad"]],
    ["compressed with lz4", ["-comp", "lz4", "-nopad"]],
    ["compressed with lzo", ["-comp", "lzo", "-nopad"]],
  ];
  test.each(variants)("squashfs %s", async (name, options) => {
    const image = at(`${name.replaceAll(" ", "-")}.squashfs`);
    execFileSync("mksquashfs", [at("tree"), image, "-quiet", "-no-progress", "-b", "4K", ...options]);
    const original = await readFile(image);
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const path = at("mutated.squashfs");
        await writeFile(path, mutate(original, 96, changes));
        await survives(readAll(path, 0));
      }),
      { numRuns: 250, seed: 7 },
    );
  });

  test("a directory that contains the root is entered once", async () => {
    await mkdir(at("loop/inner/zzzz"), { recursive: true });
    execFileSync("mksquashfs", [at("loop"), at("loop.squashfs"), "-quiet", "-no-progress", "-noI"]);
    const bytes = await readFile(at("loop.squashfs"));
    // The entry before the name: offset of the inode, number, type, length. The superblock has the root's offset at 32.
    bytes.writeUInt16LE(bytes.readUInt16LE(32), bytes.indexOf("zzzz") - 8);
    await writeFile(at("loop.squashfs"), bytes);
    await expect(readAll(at("loop.squashfs"), 0)).rejects.toThrow(/\/inner\/zzzz is in the tree twice/);
  });

  test("squashfs cut at any byte", async () => {
    const image = at("cut.squashfs");
    execFileSync("mksquashfs", [at("tree"), image, "-quiet", "-no-progress", "-nopad"]);
    const original = await readFile(image);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: original.length - 1 }), async (length) => {
        await writeFile(at("short"), original.subarray(0, length));
        await expect(readAll(at("short"), 0)).rejects.toBeInstanceOf(BerthError);
      }),
      { numRuns: 50, seed: 8 },
    );
  });

  test("SIF headers and descriptors", async () => {
    const image = at("whole.sif");
    execFileSync("mksquashfs", [at("tree"), image, "-quiet", "-no-progress"]);
    const partition = { name: "rootfs", fs: "squashfs", kind: "primary", arch: "amd64" } as const;
    const objects = ["a", "b"].map((name) => ({ type: "json", name, content: Buffer.from("{}") }) as const);
    await prependSif(image, { uuid: deriveUuid("fuzz"), time: 0, objects, partition });
    const original = await readFile(image);
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        // Half of the changes meet the header, the other half the table with its three descriptors.
        const moved = changes.map((c) => ({
          ...c,
          place: c.early ? c.place : (4096 + c.place * 1755) / original.length,
        }));
        await writeFile(at("mutated.sif"), mutate(original, 128, moved));
        await survives(openImage(at("mutated.sif"), { objects: ["a", "b"] }));
      }),
      { numRuns: 500, seed: 9 },
    );
  });
});
