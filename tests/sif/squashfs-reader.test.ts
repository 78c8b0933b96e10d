// Our squashfs reader against the trees that mksquashfs, tar2sqfs and unsquashfs know, with every compressor.

import { execFileSync, spawnSync } from "node:child_process";
import { type FileHandle, lstat, mkdtemp, open, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeName, openSquashfs, type SquashfsTree } from "../../src/image/squashfs-reader/index.ts";
import { makeTree } from "./tree-fixture.ts";

const has = (tool: string) => spawnSync(tool, ["--help"]).error === undefined;
const isRoot = process.getuid?.() === 0;

let folder: string;
let withXattrs: boolean;
let want: Map<string, unknown>;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-squashfs-"));
  withXattrs = await makeTree(at("tree"));
  want = await hostTree(at("tree"));
});
afterAll(() => rm(folder, { recursive: true }));

async function use<T>(image: string, work: (tree: SquashfsTree, file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(image);
  const tree = await openSquashfs(file, 0, image);
  try {
    return await work(tree, file);
  } finally {
    await tree.close();
  }
}

/** Every path of a host tree with what a reader should say of it; names are Latin-1 so that bytes compare. */
async function hostTree(root: string): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  const visit = async (path: Buffer, name: string): Promise<void> => {
    const stat = await lstat(path);
    const content = stat.isFile() ? (await readFile(path)).toString("base64") : undefined;
    const target = stat.isSymbolicLink() ? (await readlink(path, "buffer")).toString("latin1") : undefined;
    found.set(name || "/", {
      ...{ mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, mtime: Math.floor(stat.mtimeMs / 1000) },
      ...{ content, target, directory: stat.isDirectory(), links: stat.isDirectory() ? 0 : stat.nlink },
    });
    if (!stat.isDirectory()) return;
    for (const child of await readdir(path, { encoding: "buffer" }))
      await visit(Buffer.concat([path, Buffer.from("/"), child]), `${name}/${child.toString("latin1")}`);
  };
  await visit(Buffer.from(root), "");
  return found;
}

async function imageTree(tree: SquashfsTree): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  for await (const { path, stat, extents } of tree.walk("/")) {
    const content = Buffer.alloc(stat.type === "file" ? stat.size : 0);
    for await (const extent of extents()) if (extent.data) content.set(extent.data, extent.offset);
    found.set(encodeName(path).toString("latin1"), {
      ...{ mode: stat.mode, uid: stat.uid, gid: stat.gid, mtime: stat.mtime },
      content: stat.type === "file" ? content.toString("base64") : undefined,
      target: stat.target === undefined ? undefined : encodeName(stat.target).toString("latin1"),
      ...{ directory: stat.type === "dir", links: stat.type === "dir" ? 0 : stat.nlink },
    });
  }
  return found;
}

describe.skipIf(!has("mksquashfs"))("images of mksquashfs (needs squashfs-tools)", () => {
  const variants: readonly (readonly [name: string, options: readonly string[]])[] = [
    ["gzip", ["-comp", "gzip"]],
    ["gzip with options stored", ["-comp", "gzip", "-Xcompression-level", "3", "-Xwindow-size", "9"]],
    ["lzo", ["-comp", "lzo"]],
    ["lzo level 1", ["-comp", "lzo", "-Xalgorithm", "lzo1x_1"]],
    ["lz4", ["-comp", "lz4"]],
    ["lz4 high compression", ["-comp", "lz4", "-Xhc"]],
    ["xz", ["-comp", "xz", "-b", "1M"]],
    ["xz with a filter", ["-comp", "xz", "-Xbcj", "x86", "-b", "1M"]],
    ["lzma", ["-comp", "lzma", "-b", "1M"]],
    ["zstd", ["-comp", "zstd"]],
    ["zstd in 4 KiB blocks", ["-comp", "zstd", "-b", "4K"]],
    ["zstd in 1 MiB blocks", ["-comp", "zstd", "-b", "1M"]],
    ["no fragments", ["-comp", "zstd", "-no-fragments"]],
    ["tails of all files in fragments", ["-comp", "zstd", "-always-use-fragments"]],
    ["nothing compressed", ["-noI", "-noD", "-noF", "-noX"]],
    ["no duplicates, no export table", ["-comp", "lz4", "-no-duplicates", "-no-exports"]],
  ];
  test.each(variants)("%s: every path, mode, time, link and byte is that of the tree", async (name, options) => {
    const image = at(`${name.replaceAll(" ", "-")}.squashfs`);
    execFileSync("mksquashfs", [at("tree"), image, "-quiet", "-no-progress", ...options]);
    expect(await use(image, imageTree)).toEqual(want);
  });

  test("extended attributes are read, also those stored once for many files", async (context) => {
    if (!withXattrs) return context.skip("the file system of the temporary folder has no extended attributes");
    const image = at("xattrs.squashfs");
    execFileSync("mksquashfs", [at("tree"), image, "-quiet", "-no-progress", "-comp", "zstd"]);
    await use(image, async (tree) => {
      const attributes = await tree.xattrs("/many/1");
      expect(Buffer.from(attributes.get("user.short") ?? []).toString()).toBe("value");
      expect(Buffer.from(attributes.get("user.long") ?? []).toString()).toBe("v".repeat(900));
      expect((await tree.xattrs("/many/2")).get("user.long")).toHaveLength(900);
      expect(await tree.xattrs("/empty")).toEqual(new Map());
    });
  });

  test.skipIf(!isRoot)("devices have their numbers (needs root)", async () => {
    execFileSync("mkdir", [at("devices")]);
    execFileSync("mknod", [at("devices/null"), "c", "1", "3"]);
    execFileSync("mknod", [at("devices/loop"), "b", "7", "300"]);
    execFileSync("mkfifo", [at("devices/pipe")]);
    execFileSync("mksquashfs", [at("devices"), at("devices.squashfs"), "-quiet", "-no-progress"]);
    await use(at("devices.squashfs"), async (tree) => {
      expect(await tree.stat("/null")).toMatchObject({ type: "char", rdev: { major: 1, minor: 3 } });
      expect(await tree.stat("/loop")).toMatchObject({ type: "block", rdev: { major: 7, minor: 300 } });
      expect(await tree.stat("/pipe")).toMatchObject({ type: "fifo" });
      await expect(tree.readSmall("/pipe", 10)).rejects.toMatchObject({ code: "E_IMAGE_PATH_KIND" });
    });
  });
});

describe.skipIf(!has("tar2sqfs"))("an image of tar2sqfs (needs squashfs-tools-ng)", () => {
  test("has every path and byte of the tree", async () => {
    const tar = execFileSync("tar", ["-C", at("tree"), "-cf", "-", "."], { maxBuffer: 1 << 28 });
    execFileSync("tar2sqfs", ["-q", "-f", "-c", "zstd", at("tar2sqfs.squashfs")], {
      input: tar,
      stdio: ["pipe", "ignore", "ignore"],
    });
    const got = await use(at("tar2sqfs.squashfs"), imageTree);
    expect([...got.keys()].sort()).toEqual([...want.keys()].sort());
    const contents = (tree: Map<string, unknown>) =>
      new Map([...tree].map(([path, node]) => [path, (node as { content?: string }).content]));
    expect(contents(got)).toEqual(contents(want));
  });
});

describe.skipIf(!has("mksquashfs"))("paths in an image (needs squashfs-tools)", () => {
  beforeAll(() => {
    execFileSync("mksquashfs", [at("tree"), at("paths.squashfs"), "-quiet", "-no-progress", "-comp", "lz4"]);
  });
  const inPaths = <T>(work: (tree: SquashfsTree) => Promise<T>) => use(at("paths.squashfs"), work);

  test("links are followed inside the image, absolute ones from its root, never above it", async () => {
    await inPaths(async (tree) => {
      expect((await tree.readSmall("/links/absolute", 100)).toString()).toBe("one");
      expect((await tree.readSmall("links/up", 100)).toString()).toBe("one");
      expect((await tree.readSmall("/links/dir/1", 100)).toString()).toBe("one");
      expect((await tree.readSmall("/../../many/./1", 100)).toString()).toBe("one");
      expect(await tree.readlink("/links/absolute")).toBe("/many/1");
      expect(await tree.stat("/links/dir")).toMatchObject({ type: "symlink" });
      expect(await tree.stat("/links/dir/")).toMatchObject({ type: "dir" });
      expect(await tree.stat("/links/dir", { follow: true })).toMatchObject({ type: "dir" });
    });
  });

  test("what cannot be had is refused with its reason", async () => {
    await inPaths(async (tree) => {
      await expect(tree.stat("/nosuch")).rejects.toMatchObject({ code: "E_IMAGE_PATH_MISSING" });
      await expect(tree.stat("/many/1/below")).rejects.toMatchObject({ code: "E_IMAGE_PATH_MISSING" });
      await expect(tree.stat("/many/1/")).rejects.toMatchObject({ code: "E_IMAGE_PATH_MISSING" });
      await expect(tree.readSmall("/links/loop", 100)).rejects.toMatchObject({ code: "E_IMAGE_PATH_LOOP" });
      await expect(tree.readSmall("/links/outside", 100)).rejects.toMatchObject({ code: "E_IMAGE_PATH_MISSING" });
      await expect(tree.list("/many/1")).rejects.toMatchObject({ code: "E_IMAGE_PATH_KIND" });
      await expect(tree.readSmall("/many", 100)).rejects.toMatchObject({ code: "E_IMAGE_PATH_KIND" });
      await expect(tree.readSmall("/big", 100)).rejects.toMatchObject({ code: "E_IMAGE_FILE_TOO_BIG" });
    });
  });

  test("holes of a sparse file stay holes", async () => {
    await inPaths(async (tree) => {
      const holes = [];
      for await (const { length, data } of tree.extents("/sparse")) if (!data) holes.push(length);
      expect(holes.reduce((sum, length) => sum + length, 0)).toBeGreaterThan(3_000_000);
    });
  });

  test("a stream gives the whole file", async () => {
    await inPaths(async (tree) => {
      const parts: Buffer[] = [];
      for await (const part of tree.read("/big")) parts.push(part as Buffer);
      expect(Buffer.concat(parts).equals(await readFile(at("tree/big")))).toBe(true);
    });
  });
});
