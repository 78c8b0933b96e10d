// Publish last: a file comes into being under its final name complete, on disk, or not at all.

import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { showsAllProcesses } from "./process-view.ts";

/** Beginning of the names of files that are not finished; a leftover of a killed process is recognised by it. */
export const PARTIAL_PREFIX = ".partial-";

/** A name beside `target` that no other process uses; it starts with a dot so that listings pass over it. */
export function partialName(target: string): string {
  return join(dirname(target), `${partialStart(target)}${ownNumber()}-${randomBytes(6).toString("hex")}`);
}

/** Removes what killed processes of this machine left beside `target` under names of `partialName`. */
export async function removeAbandoned(target: string): Promise<void> {
  const start = partialStart(target);
  const folder = dirname(target);
  // Whose process is merely hidden must not lose its work.
  if (!showsAllProcesses()) return;
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(start) ? /^(\d+)-[0-9a-f]{12}$/.exec(name.slice(start.length))?.[1] : undefined;
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

function partialStart(target: string): string {
  return `${PARTIAL_PREFIX}${basename(target)}-${processDomain()}-`;
}

// Folders are shared between machines and containers: a process number says something only within one boot and one /proc,
// so both are in the name.
function processDomain(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
    return createHash("sha256")
      .update(`${boot}${statSync("/proc").dev}`)
      .digest("hex")
      .slice(0, 8);
  } catch {
    return randomBytes(4).toString("hex");
  }
}

// The number that /proc has for this process: another than the kernel's in a pid namespace that keeps the host's /proc.
function ownNumber(): string {
  try {
    return readlinkSync("/proc/self");
  } catch {
    return String(process.pid);
  }
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
