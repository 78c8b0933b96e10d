// The image folder of a system on this machine's file systems.

import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import {
  access,
  chmod,
  copyFile,
  type FileHandle,
  link,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { checkMeasured, digestParts, parseDigest } from "../../base/digest.ts";
import { BerthError, errnoOf } from "../../base/errors.ts";
import type { PublishedFile } from "../types.ts";
import { fail, folderFailure } from "./errors.ts";
import { partialOf } from "./names.ts";
import type { Arrived, Cargo, FileMode, Note, Place } from "./place.ts";

const CHUNK = 1024 * 1024;

/** The folder `dir`, which must exist: a mount that is missing must not be mistaken for an empty folder. */
export function localPlace(dir: string, now: () => number): Place {
  return {
    shown: dir,
    bring: (cargo, name, mode, signal) => bring(dir, { ...cargo, mode }, name, signal),
    async rewrite(name, notes, mode) {
      if (!(await isThere(join(dir, name)))) return false;
      if (mode !== undefined) await inFolder(dir, name, () => chmod(join(dir, name), mode));
      for (const note of notes) await writeNote(dir, note, mode ?? 0o600);
      return true;
    },
    read: (name) => readText(join(dir, name)),
    has: async (names) => (await Promise.all(names.map((name) => isThere(join(dir, name))))).every(Boolean),
    async remove(names) {
      for (const name of names) await inFolder(dir, name, () => rm(join(dir, name), { force: true }));
      await syncFolder(dir);
    },
    list: () => list(dir, now),
  };
}

interface Freight extends Cargo {
  readonly mode: FileMode;
}

async function bring(dir: string, cargo: Freight, name: string, signal: AbortSignal): Promise<Arrived> {
  const partial = join(dir, partialOf(name));
  const abandon = () => rm(partial, { force: true }).catch(() => undefined);
  try {
    await inFolder(dir, name, () => place(cargo, partial, signal));
    return {
      abandon,
      async show(before, after) {
        await writeNote(dir, before, cargo.mode);
        await inFolder(dir, name, async () => {
          await rename(partial, join(dir, name));
          // Two links to one file: rename(2) then leaves both.
          await rm(partial, { force: true });
        });
        await writeNote(dir, after, cargo.mode);
      },
    };
  } catch (error) {
    await abandon();
    throw error;
  }
}

// On one file system the new name is a second link to the very file that was made and measured: nothing travels, so
// there is nothing to read again. Otherwise what has arrived is read and held against its digest.
async function place(cargo: Freight, partial: string, signal: AbortSignal): Promise<void> {
  const linked = await linkTo(cargo.path, partial);
  if (!linked) await copyTo(cargo.path, partial, signal);
  const file = await open(partial, "r+");
  try {
    await file.chmod(cargo.mode);
    // Its age is counted from its arrival, however long ago it was made.
    await file.utimes(new Date(), new Date());
    await file.sync();
    const { size } = await file.stat();
    const digest = linked ? cargo.digest : await digestOfFile(partial, cargo.digest, signal);
    checkArrival({ size, digest }, cargo, partial);
  } finally {
    await file.close();
  }
}

async function linkTo(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    // Another file system, one without links, too many of them, or another owner's file.
    if (["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(errnoOf(error) ?? "")) return false;
    throw error;
  }
}

async function copyTo(from: string, to: string, signal: AbortSignal): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    return;
  } catch {
    // No shared blocks here; byte by byte then, which a signal can end, unlike a copy by the kernel.
    await rm(to, { force: true });
  }
  const target = await open(to, "wx", 0o600);
  try {
    const source = createReadStream(from, { highWaterMark: CHUNK, signal });
    for await (const chunk of source as AsyncIterable<Buffer>) await writeAll(target, chunk);
  } finally {
    await target.close();
  }
}

async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
}

async function digestOfFile(path: string, want: Cargo["digest"], signal: AbortSignal): Promise<Cargo["digest"]> {
  const { algorithm } = digestParts(want);
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path, { highWaterMark: CHUNK }), hash, { signal });
  return parseDigest(`${algorithm}:${hash.digest("hex")}`);
}

function checkArrival(got: { readonly size: number; readonly digest: Cargo["digest"] }, want: Cargo, path: string) {
  const [dir, name] = [path.slice(0, path.lastIndexOf("/")), path.slice(path.lastIndexOf("/") + 1)];
  try {
    checkMeasured(got, { size: want.bytes, digest: want.digest }, "it");
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    throw fail("E_PUBLISH_DAMAGED", { name, path: dir, what: error.message }, { cause: error });
  }
}

async function writeNote(dir: string, { name, text }: Note, mode: FileMode): Promise<void> {
  const partial = join(dir, partialOf(name));
  try {
    await inFolder(dir, name, async () => {
      const file = await open(partial, "wx", 0o600);
      try {
        await file.chmod(mode);
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(partial, join(dir, name));
      await syncFolder(dir);
    });
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function list(dir: string, now: () => number): Promise<readonly PublishedFile[]> {
  const found: PublishedFile[] = [];
  for (const name of await inFolder(dir, "its list", () => readdir(dir))) {
    const info = await stat(join(dir, name)).catch(() => undefined);
    if (info?.isFile()) found.push({ name, bytes: info.size, age: now() - info.mtimeMs / 1000 });
  }
  return found;
}

async function inFolder<T>(dir: string, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw folderFailure(error, dir, name);
  }
}

// A name is on disk when its folder is, except where file systems (some of networks) do that by themselves and say so.
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, "r");
  try {
    await folder.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(errnoOf(error) ?? "")) throw error;
  } finally {
    await folder.close();
  }
}
