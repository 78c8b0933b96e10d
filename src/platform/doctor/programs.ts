// Which of the programs that berth uses are installed, and with what power over ids.

import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "./facts.ts";
import { attempt, PROGRAM_PATH } from "./read.ts";

const WANTED = [
  "squashfuse_ll",
  "fusermount3",
  "fusermount",
  "tar2sqfs",
  "mksquashfs",
  "unsquashfs",
  "systemd-run",
  "fuse2fs",
  "fuse-overlayfs",
  "mke2fs",
  "e2fsck",
  "gocryptfs",
  "mmdebstrap",
  "debootstrap",
] as const;

/** Finds one program in the user's PATH, then in the system's places. */
export async function findProgram(name: string, path: string, signal: AbortSignal): Promise<Program | undefined> {
  for (const folder of `${path}:${PROGRAM_PATH}`.split(":")) {
    if (!folder.startsWith("/")) continue;
    const file = join(folder, name);
    if (!isExecutable(file)) continue;
    const { mode, uid } = statSync(file);
    return describe(file, (mode & 0o4000) !== 0 && uid === 0, signal);
  }
  return undefined;
}

async function describe(path: string, setuid: boolean, signal: AbortSignal): Promise<Program> {
  if (setuid || !/\/new[ug]idmap$/.test(path)) return { path, setuid };
  const { status, stdout } = await attempt("getcap", [path], signal);
  return { path, setuid, ...(status === 0 && { capabilities: stdout.trim() }) };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** All the programs of the list that are installed, by name. */
export async function findPrograms(path: string, signal: AbortSignal): Promise<Readonly<Record<string, Program>>> {
  const found = await Promise.all(WANTED.map(async (name) => [name, await findProgram(name, path, signal)] as const));
  return Object.fromEntries(found.flatMap(([name, program]) => (program ? [[name, program]] : [])));
}
