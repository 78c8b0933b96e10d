// Publish last: a file comes into being under its final name complete, on disk, or not at all.

import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Beginning of the names of files that are not finished; a leftover of a killed process is recognised by it. */
export const PARTIAL_PREFIX = ".partial-";

/** A name beside `target` that no other process uses; it starts with a dot so that listings pass over it. */
export function partialName(target: string): string {
  return join(dirname(target), `${PARTIAL_PREFIX}${basename(target)}-${process.pid}-${randomBytes(6).toString("hex")}`);
}

/**
 * Writes a file through `write` under a temporary name in the same folder, syncs it and renames it into place.
 * When `write` fails nothing is left behind and an older file of that name is untouched.
 */
export async function publishFile(
  target: string,
  mode: number,
  write: (file: FileHandle, path: string) => Promise<void>,
): Promise<void> {
  const path = partialName(target);
  try {
    const file = await open(path, "wx", mode);
    try {
      await write(file, path);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(path, target);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
