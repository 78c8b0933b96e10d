import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prependSif, readSifFile } from "../sif/index.ts";
import { describeOverlay } from "./describe.ts";
import { EXT_HEAD_BYTES, parseExt } from "./ext.ts";
import { findLayer } from "./find.ts";
import { listed } from "./in-use.ts";
import { createOverlay, MIB, resizeOverlay } from "./index.ts";

const TOOLS = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };
const hasTools = spawnSync("mke2fs", ["-V"], { env: TOOLS }).status === 0;
const SPEC = { size: 64 * MIB, sparse: true, dirs: [], fakeroot: false };

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "berth-overlay-test-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function aSif(name: string, fs: "squashfs" | "gocryptfs-squashfs" = "squashfs", signed = false): Promise<string> {
  const path = join(dir, name);
  writeFileSync(path, Buffer.alloc(5000, 7));
  const objects = signed ? [{ type: "signature", name: "", content: Buffer.from("s") } as const] : [];
  const partition = { fs, kind: "primary", arch: "amd64", name: "root" } as const;
  await prependSif(path, { uuid: Buffer.alloc(16, 1), time: 1, objects, partition }, { copyOnly: true });
  return path;
}

function debugfs(path: string, command: string): string {
  return execFileSync("debugfs", ["-R", command, path], {
    env: TOOLS,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

function sound(path: string): number | null {
  return spawnSync("e2fsck", ["-f", "-n", path], { env: TOOLS }).status;
}

describe.skipIf(!hasTools)("overlay files [need mke2fs]", () => {
  test("hold upper, work and the folders that were asked for, and belong to the caller or to root", async () => {
    for (const fakeroot of [false, true]) {
      const path = join(dir, `file-${fakeroot}.img`);
      expect(await createOverlay(path, { ...SPEC, fakeroot, dirs: ["/opt/a b"] })).toBe("file");
      const owner = fakeroot ? 0 : (process.getuid?.() ?? 0);
      for (const folder of ["/", "/upper", "/work", "/upper/opt", '"/upper/opt/a b"'])
        expect(debugfs(path, `stat ${folder}`)).toMatch(new RegExp(`Type: directory[^]*User: +${owner} `));
      expect(await describeOverlay(path)).toMatchObject([
        { kind: "ext", type: "ext3", size: SPEC.size, clean: true, inUse: false },
      ]);
      expect(sound(path)).toBe(0);
    }
  });

  test("are open to every user of the container, whatever the caller's umask", async () => {
    const path = join(dir, "umask.img");
    const before = process.umask(0o077);
    try {
      await createOverlay(path, { ...SPEC, dirs: ["/opt/data"] });
    } finally {
      process.umask(before);
    }
    for (const folder of ["/upper", "/work", "/upper/opt", "/upper/opt/data"])
      expect(debugfs(path, `stat ${folder}`)).toMatch(/Mode: +0755/);
  });

  test("take their space at once unless they are sparse", async () => {
    await createOverlay(join(dir, "full.img"), { ...SPEC, sparse: false });
    await createOverlay(join(dir, "sparse.img"), { ...SPEC, size: 1024 * MIB });
    expect(statSync(join(dir, "full.img")).blocks * 512).toBeGreaterThanOrEqual(64 * MIB);
    expect(statSync(join(dir, "sparse.img")).blocks * 512).toBeLessThan(200 * MIB);
  });

  test("grow and shrink with what is in them", async () => {
    const path = join(dir, "resized.img");
    await createOverlay(path, { ...SPEC, dirs: ["/kept"] });
    for (const size of [100, 64, 90]) {
      await resizeOverlay(path, size * MIB);
      expect(statSync(path).size).toBe(size * MIB);
      expect(await describeOverlay(path)).toMatchObject([{ size: size * MIB, clean: true }]);
      expect(debugfs(path, "ls /upper")).toContain("kept");
    }
  });

  test("are refused when too small, there already, or with impossible folders; nothing is left behind", async () => {
    const path = join(dir, "there");
    writeFileSync(path, "text");
    const before = readdirSync(dir);
    await expect(createOverlay(path, SPEC)).rejects.toMatchObject({ code: "E_OVERLAY_EXISTS" });
    await expect(createOverlay(join(dir, "n"), { ...SPEC, size: 63 * MIB })).rejects.toMatchObject({
      code: "E_OVERLAY_SIZE",
    });
    for (const bad of ["relative", "/a/../b", '/a"b', "/a\nb"])
      await expect(createOverlay(join(dir, "n"), { ...SPEC, dirs: [bad] })).rejects.toMatchObject({
        code: "E_OVERLAY_DIR_FORM",
      });
    expect(readdirSync(dir)).toEqual(before);
  });

  test("become a partition of a SIF file whose other bytes stay, and whose partition can be resized", async () => {
    const path = await aSif("own.sif");
    const before = await readSifFile(path);
    const root = before.descriptors.find(({ partition }) => partition?.kind === "primary");
    const content = readFileSync(path).subarray(root?.offset);
    expect(await createOverlay(path, { ...SPEC, sparse: false, dirs: ["/kept"] })).toBe("partition");
    expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(64 * MIB);
    const after = await readSifFile(path);
    expect(after.descriptors.slice(0, -1)).toEqual(before.descriptors);
    expect(after.descriptors.at(-1)).toMatchObject({
      id: 2,
      name: "overlay",
      partition: { fs: "ext3", kind: "overlay", arch: "amd64" },
    });
    expect(after.descriptorsFree).toBe(before.descriptorsFree - 1);
    expect(readFileSync(path).subarray(root?.offset, (root?.offset ?? 0) + content.length)).toEqual(content);
    await expect(createOverlay(path, SPEC)).rejects.toMatchObject({ code: "E_OVERLAY_PRESENT" });
    for (const size of [96, 64]) {
      await resizeOverlay(path, size * MIB);
      const found = findLayer(path);
      if (found.kind !== "sif") throw new Error("no SIF file any more");
      const [part] = found.parts;
      expect(part).toMatchObject({ fs: "ext", size: size * MIB });
      const copy = join(dir, "extracted.img");
      writeFileSync(copy, readFileSync(path).subarray(part?.offset, (part?.offset ?? 0) + (part?.size ?? 0)));
      expect(sound(copy)).toBe(0);
      expect(debugfs(copy, "ls /upper")).toContain("kept");
    }
    expect(existsSync(path)).toBe(true);
  });

  test("are refused by signed and by encrypted SIF files", async () => {
    await expect(createOverlay(await aSif("signed.sif", "squashfs", true), SPEC)).rejects.toMatchObject({
      code: "E_OVERLAY_SIGNED",
    });
    const encrypted = await aSif("encrypted.sif", "gocryptfs-squashfs");
    await expect(createOverlay(encrypted, SPEC)).rejects.toMatchObject({ code: "E_OVERLAY_ENCRYPTED" });
  });

  test("that somebody cut short or damaged are looked at without harm", async () => {
    const path = join(dir, "short.img");
    await createOverlay(path, SPEC);
    const head = readFileSync(path).subarray(0, EXT_HEAD_BYTES);
    truncateSync(path, 1100);
    expect(() => findLayer(path)).toThrow(expect.objectContaining({ code: "E_OVERLAY_NOT" }));
    fc.assert(
      fc.property(fc.nat(EXT_HEAD_BYTES - 1), fc.nat(255), (at, value) => {
        const bytes = Buffer.from(head);
        bytes[at] = value;
        parseExt(bytes);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

test("a folder is an overlay with or without changes, and what is neither is said", async () => {
  const folder = join(dir, "folder");
  mkdirSync(folder);
  expect(await describeOverlay(folder)).toEqual([{ kind: "directory", path: folder, used: false }]);
  mkdirSync(join(folder, "upper"));
  expect(await describeOverlay(folder)).toMatchObject([{ used: true }]);
  await expect(describeOverlay(join(dir, "nothing"))).rejects.toMatchObject({ code: "E_OVERLAY_NOT" });
  await expect(describeOverlay(await aSif("plain.sif"))).rejects.toMatchObject({ code: "E_OVERLAY_NOT" });
});

test("locks are read as the kernel lists them, those that wait left out", () => {
  const locks = "1: OFDLCK ADVISORY  WRITE -1 fe:00:2483764 0 67108863\n1: -> POSIX ADVISORY  READ 7 fe:00:99 0 EOF\n";
  expect(listed(locks, "fe:00:2483764")).toBe(true);
  expect(listed(locks, "fe:00:99")).toBe(false);
  expect(listed(locks, "fe:00:248376")).toBe(false);
});
