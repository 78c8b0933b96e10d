// The memory of image files that berth itself made: which file on which inode, as it was when it was published. A file that
// still has that inode, size and change time is byte for byte the one we wrote, since no ordinary user can set a change
// time. Two things rest on it: a repeated pull of an unchanged tag has nothing to do, and real root may let the kernel
// mount an image only when root made it (an image that a user crafted must never meet the kernel's squashfs code).

import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { publishFile } from "../base/publish.ts";

interface Mark {
  readonly size: string;
  readonly ctimeNs: string;
  /** What the file was made from: see `imageKey`. */
  readonly key: string;
}

/** Remembers that `path` is a finished image made by this user's berth from `key`. */
export async function recordOwnImage(path: string, key: string, cacheDir: string): Promise<void> {
  const { mark, file } = await look(path, cacheDir);
  await mkdir(join(cacheDir, "made"), { recursive: true, mode: 0o700 });
  await publishFile(file, 0o600, (handle) => handle.writeFile(JSON.stringify({ ...mark, key })));
}

/** The key that `path` was made from, or undefined when it is not, or no longer, a file that berth made. */
export async function ownImageKey(path: string, cacheDir: string): Promise<string | undefined> {
  try {
    const { mark, file } = await look(path, cacheDir);
    const known = JSON.parse(await readFile(file, "utf8")) as Mark;
    return known.size === mark.size && known.ctimeNs === mark.ctimeNs ? known.key : undefined;
  } catch {
    // No image, no record or a damaged one: all mean that nothing is known of this file.
    return undefined;
  }
}

async function look(path: string, cacheDir: string): Promise<{ mark: Omit<Mark, "key">; file: string }> {
  const info = await stat(path, { bigint: true });
  return {
    mark: { size: String(info.size), ctimeNs: String(info.ctimeNs) },
    file: join(cacheDir, "made", `${info.dev}-${info.ino}.json`),
  };
}
