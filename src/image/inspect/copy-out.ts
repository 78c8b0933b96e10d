// Copies files out of an image to the host. The image is not trusted: everything below the target is newly made by us, no
// link is ever followed there, and nothing gets set-user-ID bits, so nothing is written outside of the target.

import { constants } from "node:fs";
import { chmod, type FileHandle, link, lutimes, mkdir, open, rm, symlink, utimes } from "node:fs/promises";
import { BerthError, errnoOf, reasonOf } from "../../base/errors.ts";
import {
  type Extent,
  encodeName,
  type ImageTree,
  type TreeStat,
  TYPE_NAMES,
  type WalkEntry,
} from "../squashfs-reader/index.ts";
import { fail } from "./errors.ts";

/** What a copy left out: path in the image and what is there. */
export interface Skipped {
  readonly path: string;
  readonly is: string;
}

export interface CopyOptions {
  readonly signal?: AbortSignal | undefined;
}

interface Copy {
  readonly image: string;
  /** True as soon as the target is ours: only then may it be removed after a failure. */
  ours: boolean;
  readonly skipped: Skipped[];
  /** First host path of every inode with several names. */
  readonly linked: Map<number, Buffer>;
  /** Directories with the mode and time they get in the end. */
  readonly directories: { readonly to: Buffer; readonly mode: number; readonly mtime: number }[];
}

/**
 * Copies the file or directory `from` (a link there is followed, links below are copied as links) to the host path
 * `target`, which must not exist. After a failure nothing of it is left.
 * @throws E_COPY_EXISTS, E_COPY_WRITE, E_COPY_SPECIAL, E_COPY_DUPLICATE, and what reading throws
 */
export async function copyOut(
  tree: ImageTree,
  from: string,
  target: string,
  options: CopyOptions = {},
): Promise<readonly Skipped[]> {
  const { type } = await tree.stat(from, { follow: true });
  if (type !== "file" && type !== "dir")
    throw fail("E_COPY_SPECIAL", { name: from, path: tree.path, is: TYPE_NAMES[type] });
  const copy: Copy = { image: tree.path, ours: false, skipped: [], linked: new Map(), directories: [] };
  let root: string | undefined;
  try {
    for await (const entry of tree.walk(from, { follow: true })) {
      options.signal?.throwIfAborted();
      const below = root === undefined ? "" : entry.path.slice(root.length);
      await copyEntry(copy, entry, Buffer.concat([Buffer.from(target), encodeName(below)]), root === undefined);
      root ??= entry.path === "/" ? "" : entry.path;
    }
    // Last made, first finished: a directory without write permission must be complete by then.
    for (const { to, mode, mtime } of copy.directories.toReversed()) {
      await chmod(to, mode);
      await utimes(to, mtime, mtime);
    }
  } catch (error) {
    if (copy.ours) await rm(target, { recursive: true, force: true });
    throw error;
  }
  return copy.skipped;
}

async function copyEntry(copy: Copy, entry: WalkEntry, to: Buffer, first: boolean): Promise<void> {
  try {
    await place(copy, entry, to);
  } catch (error) {
    if (error instanceof BerthError) throw error;
    if (errnoOf(error) !== "EEXIST") throw fail("E_COPY_WRITE", { target: to.toString(), reason: reasonOf(error) });
    throw first
      ? fail("E_COPY_EXISTS", { target: to.toString() })
      : fail("E_COPY_DUPLICATE", { name: entry.path, path: copy.image });
  }
}

async function place(copy: Copy, { path, stat, extents }: WalkEntry, to: Buffer): Promise<void> {
  const { type, mtime, nlink, inode } = stat;
  const known = type !== "dir" && nlink > 1 ? copy.linked.get(inode) : undefined;
  if (known) return link(known, to);
  if (type === "dir") {
    await mkdir(to, 0o700);
    copy.ours = true;
    copy.directories.push({ to, mode: stat.mode & 0o777, mtime });
  } else if (type === "symlink") {
    await symlink(encodeName(stat.target ?? ""), to);
    await lutimes(to, mtime, mtime);
  } else if (type === "file") {
    await placeFile(copy, stat, extents(), to);
  } else {
    copy.skipped.push({ path, is: TYPE_NAMES[type] });
    return;
  }
  if (type !== "dir" && nlink > 1) copy.linked.set(inode, to);
}

// O_EXCL also refuses a link that somebody put there meanwhile.
async function placeFile(copy: Copy, stat: TreeStat, extents: AsyncIterable<Extent>, to: Buffer): Promise<void> {
  const file = await open(to, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  copy.ours = true;
  try {
    for await (const { offset, data } of extents) if (data) await writeAt(file, data, offset);
    await file.truncate(stat.size);
    await file.chmod(stat.mode & 0o777);
    await file.utimes(stat.mtime, stat.mtime);
  } finally {
    await file.close();
  }
}

async function writeAt(file: FileHandle, data: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < data.length; ) {
    const { bytesWritten } = await file.write(data, done, data.length - done, offset + done);
    done += bytesWritten;
  }
}
