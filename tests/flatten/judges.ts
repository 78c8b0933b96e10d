// Other programs as judges: umoci unpacks an image in its own way; squashfs-tools-ng reads our squashfs file back.

import { execFile } from "node:child_process";
import { chmod, lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { silent, unwatched } from "../../src/base/log.ts";
import { writeSquashfs } from "../../src/image/convert.ts";
import type { FlattenOptions, FlattenReport } from "../../src/image/flatten/options.ts";
import { readTar } from "./flatten-to-tree.ts";
import { type MemoryImage, OPTIONS } from "./memory-image.ts";
import { IMPLIED, type Tree, type TreeNode } from "./tree.ts";

const run = promisify(execFile);

/** True when the program can be started. */
export async function hasProgram(name: string): Promise<boolean> {
  return run(name, ["--version"]).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT",
  );
}

/** Writes the image's squashfs file to `target`. */
export async function convert(
  { image, blobs }: MemoryImage,
  target: string,
  options: Partial<FlattenOptions> = {},
): Promise<FlattenReport> {
  return writeSquashfs(image, blobs, target, { ...OPTIONS, ...options }, { log: silent, progress: unwatched });
}

/** The tree in a squashfs file. */
export async function squashfsTree(file: string): Promise<Tree> {
  const { stdout } = await run("sqfs2tar", ["-r", ".", file], { encoding: "buffer", maxBuffer: 1 << 28 });
  return readTar(stdout);
}

/** Unpacks the image with umoci; `bundle` must not exist. */
export async function umociTree(layout: string, tag: string, bundle: string): Promise<Tree> {
  const rootless = process.getuid?.() === 0 ? [] : ["--rootless"];
  await run("umoci", ["unpack", ...rootless, "--image", `${layout}:${tag}`, bundle]);
  const tree: Tree = new Map([["", IMPLIED]]);
  await walk(join(bundle, "rootfs"), "", tree, new Map());
  return tree;
}

async function walk(root: string, dir: string, tree: Tree, inodes: Map<number, TreeNode>): Promise<void> {
  for (const name of await readdir(join(root, dir))) {
    const path = dir === "" ? name : `${dir}/${name}`;
    const { ino } = await lstat(join(root, path));
    const node = inodes.get(ino) ?? (await nodeAt(join(root, path)));
    inodes.set(ino, node);
    tree.set(path, node);
    if (node.type === "dir") await walk(root, path, tree, inodes);
  }
}

async function nodeAt(path: string): Promise<TreeNode> {
  const stat = await lstat(path);
  const type = stat.isDirectory()
    ? "dir"
    : stat.isSymbolicLink()
      ? "symlink"
      : stat.isFIFO()
        ? "fifo"
        : stat.isFile()
          ? "file"
          : "device";
  // The mode is known now; who is not root needs another one to look inside.
  if (type === "dir" || type === "file") await chmod(path, stat.mode | 0o700);
  return {
    type,
    mode: stat.mode & 0o7777,
    uid: stat.uid,
    gid: stat.gid,
    mtime: Math.floor(stat.mtimeMs / 1000),
    content: type === "file" ? await readFile(path, "utf8") : "",
    target: type === "symlink" ? await readlink(path) : "",
    xattrs: {},
    implied: false,
  };
}
