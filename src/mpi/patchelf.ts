// The program patchelf, for libraries that have no run path whose bytes could be used: it makes room, which moves parts of the
// file. What it wrote is read again before it is believed.

import { execFile } from "node:child_process";
import { chmod, open, rename, rm } from "node:fs/promises";
import { promisify } from "node:util";
import { type ElfObject, readElf } from "../elf/index.ts";

const TIME_MS = 120_000;

/** True when the file now has this run path, as DT_RPATH, and is otherwise what it was. */
export async function patchRunPath(
  patchelf: string,
  path: string,
  wanted: string,
  signal: AbortSignal,
): Promise<boolean> {
  const patched = `${path}.patched`;
  const words = ["--force-rpath", "--set-rpath", wanted, "--output", patched, path];
  try {
    await promisify(execFile)(patchelf, words, { signal, timeout: TIME_MS });
    const [before, after] = [await read(path), await read(patched)];
    if (after?.rpath !== wanted || after.runpath !== undefined || surface(after) !== surface(before)) return false;
    await chmod(patched, 0o755);
    await rename(patched, path);
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  } finally {
    await rm(patched, { force: true });
  }
}

async function read(path: string): Promise<ElfObject | undefined> {
  const file = await open(path);
  try {
    return await readElf(file, path);
  } finally {
    await file.close();
  }
}

// Addresses may change; names, versions and needs may not.
function surface(object: ElfObject | undefined): string {
  const names = object?.exports.map(({ name, version }) => `${name}@${version}`).sort();
  return JSON.stringify([object?.soname, object?.needed, object?.needs, object?.defines, names]);
}
