// Small files that only the server's account may read: keys. Made once for all servers that share the folder.

import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { link, mkdir, open, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf } from "../base/errors.ts";

/** Its text; undefined: there is none. Throws with the reason when others could have read or written it, or it is larger than `limit` bytes. */
export async function readPrivateFile(path: string, limit: number): Promise<string | undefined> {
  try {
    // A link could lead to a file of somebody else's choice.
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const info = await file.stat();
    if (!info.isFile()) throw new Error("it is no regular file");
    if (info.mode & 0o077) throw new Error("others may read it");
    if (info.uid !== process.geteuid?.() && info.uid !== 0) throw new Error("it belongs to another account");
    if (info.size > limit) throw new Error(`it has more than ${limit} bytes`);
    return await file.readFile("utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Makes it, and its folder; when another server was first, that one's file stays. */
export async function makePrivateFile(path: string, text: string): Promise<void> {
  const aside = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    {
      await using file = await open(aside, "wx", 0o600);
      await file.writeFile(text);
      await file.sync();
    }
    // Linking fails when there is one, where renaming would replace it.
    await link(aside, path).catch((error: unknown) => {
      if (errnoOf(error) !== "EEXIST") throw error;
    });
    await syncFolder(dirname(path));
  } finally {
    await unlink(aside).catch(() => {});
  }
}

/** The names in it outlast a power failure. What is closed with a key must not be on the disk before the key is. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  await folder.sync();
}
