// Image files that were unpacked into the cache (where FUSE is missing, or by --unsquash): folders, whose modes are those
// of the image, so that removing one may take more than `rm`.

import type { Dirent } from "node:fs";
import { chmod, lstat, opendir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Bytes of all files below a folder, as far as they can be seen. */
export async function treeSize(dir: string): Promise<number> {
  let size = 0;
  for await (const path of folders(dir)) {
    for await (const entry of readable(path)) {
      if (entry.isFile()) size += (await lstat(join(path, entry.name)).catch(() => undefined))?.size ?? 0;
    }
  }
  return size;
}

/** Removes a folder and everything in it, read-only folders included. Links are removed, never followed. */
export async function removeTree(dir: string): Promise<void> {
  const info = await lstat(dir).catch(() => undefined);
  if (info?.isDirectory()) for await (const path of folders(dir)) await chmod(path, 0o700);
  await rm(dir, { recursive: true, force: true });
}

// The folder itself first, so that its mode is mended before it is read.
async function* folders(dir: string): AsyncGenerator<string> {
  const waiting = [dir];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    yield path;
    for await (const entry of readable(path)) if (entry.isDirectory()) waiting.push(join(path, entry.name));
  }
}

// What a folder holds; nothing when it may not be read. Bun opens it only when the first entry is asked for.
async function* readable(dir: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(dir);
  } catch {
    // Closed to the caller, or gone meanwhile.
  }
}
