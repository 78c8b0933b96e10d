// For a gateway that is neither root nor the caller: a file counts as the caller's to read only if everybody may read it,
// every folder on its way included, and its mode does not keep the caller out in particular (0604 keeps out the group).
// Symbolic links are refused, so that what was looked at is what is opened: each step starts from the open folder.

import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { errnoOf } from "../../../base/errors.ts";
import type { Caller } from "./as-caller.ts";
import { fail } from "./errors.ts";

// Not in Node's table: a handle that only names a folder, for which no right to list it is needed.
const O_PATH = 0o10000000;

/** Opens it for reading. @throws E_IMPORT_ACCESS, E_IMPORT_KIND, and the system's own errors */
export async function openWorldReadable(path: string, caller: Caller): Promise<FileHandle> {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const name = parts.pop();
  if (name === undefined || [...parts, name].includes("..")) throw fail("E_IMPORT_KIND", { path });
  let folder = await open("/", O_PATH | constants.O_DIRECTORY);
  try {
    await demand(folder, 1, caller, path);
    for (const part of parts) {
      const next = await step(folder, part, O_PATH | constants.O_DIRECTORY, path);
      await folder.close();
      folder = next;
      await demand(folder, 1, caller, path);
    }
    const file = await step(folder, name, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY, path);
    try {
      await demand(file, 4, caller, path);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  } finally {
    await folder.close();
  }
}

async function step(folder: FileHandle, name: string, flags: number, path: string): Promise<FileHandle> {
  try {
    return await open(`/proc/self/fd/${folder.fd}/${name}`, flags | constants.O_NOFOLLOW);
  } catch (error) {
    if (!["ELOOP", "ENOTDIR"].includes(errnoOf(error) ?? "")) throw error;
    const reason = `"${name}" is a symbolic link or no folder`;
    throw fail("E_IMPORT_ACCESS", { path, reason }, { cause: error });
  }
}

async function demand(handle: FileHandle, bit: number, caller: Caller, path: string): Promise<void> {
  const info = await handle.stat();
  if (grants(info, bit, caller)) return;
  const reason = "the gateway runs without root's rights, so everybody must be able to read it and enter its folders";
  throw fail("E_IMPORT_ACCESS", { path, reason });
}

/** True when everybody has this right (4: read, 1: enter) and the caller's own class has it too. */
export function grants({ mode, uid, gid }: Pick<Stats, "mode" | "uid" | "gid">, bit: number, caller: Caller): boolean {
  const inGroup = caller.gid === gid || caller.groups.includes(gid);
  const own = caller.uid === uid ? mode >> 6 : inGroup ? mode >> 3 : mode;
  return (mode & bit) !== 0 && (own & bit) !== 0;
}
