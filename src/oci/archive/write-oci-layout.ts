// Writes an image into an OCI layout folder. A new folder appears complete; in an existing one blobs come first and the
// index, replaced in one step, last, so that a reader sees the old images or the old ones and the new.

import { chmod, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errnoOf } from "../../base/errors.ts";
import { partialName, publishFile } from "../../base/publish.ts";
import { isLayout, sizeOf } from "../store/layout.ts";
import { acquireLock } from "../store/lock.ts";
import type { BlobSource, OciImage } from "../types.ts";
import { archiveFailure, fail } from "./errors.ts";
import { imageMembers } from "./image-members.ts";
import { LAYOUT_VERSION, withImage } from "./layout-index.ts";
import type { ArchivePlace } from "./write-oci-archive.ts";

/** Adds the image to the layout, which is made when it is not there. @throws E_LAYOUT_FOLDER, E_LAYOUT_FORM, E_ARCHIVE_WRITE */
export async function writeOciLayout(image: OciImage, blobs: BlobSource, place: ArchivePlace): Promise<void> {
  const { path } = place;
  await checkLayoutFolder(path);
  try {
    if (await isLayout(path)) return await addImage(image, blobs, place);
    const fresh = partialName(path);
    try {
      await mkdir(fresh, { mode: 0o777 });
      await addImage(image, blobs, { ...place, path: fresh });
      // Takes the place of an empty folder too.
      await rename(fresh, path);
    } catch (error) {
      // Another process has made the layout meanwhile.
      if (!["ENOTEMPTY", "EEXIST"].includes(errnoOf(error) ?? "") || !(await isLayout(path))) throw error;
      await addImage(image, blobs, place);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  } catch (error) {
    throw archiveFailure(error, path);
  }
}

/** Passes when `path` is a layout, an empty folder, or nothing. @throws E_LAYOUT_FOLDER, E_LAYOUT_FORM */
export async function checkLayoutFolder(path: string): Promise<void> {
  const names = await readdir(path).catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return [];
    throw fail("E_LAYOUT_FOLDER", { path, why: errnoOf(error) === "ENOTDIR" ? "a file" : "closed to you" });
  });
  if (names.length > 0 && !(await isLayout(path)))
    throw fail("E_LAYOUT_FOLDER", { path, why: "a folder with other things" });
}

async function addImage(image: OciImage, blobs: BlobSource, place: ArchivePlace): Promise<void> {
  const { path, tag, mode, signal } = place;
  for (const { name, size, open } of imageMembers(image, blobs)) {
    signal?.throwIfAborted();
    const target = join(path, name);
    if ((await sizeOf(target)) === size) continue;
    await mkdir(dirname(target), { recursive: true });
    const content = await open(signal);
    await publishFile(target, mode, async (file) => {
      // writeFile goes on where the last one ended.
      if (content instanceof Uint8Array) await file.writeFile(content);
      else for await (const chunk of content as AsyncIterable<Buffer>) await file.writeFile(chunk);
    });
  }
  if (!(await isLayout(path)))
    await publishFile(join(path, "oci-layout"), mode, (file) => file.writeFile(LAYOUT_VERSION));
  await addToIndex(image, tag, path, mode);
}

// Two writers of one index would lose each other's entries.
async function addToIndex(image: OciImage, tag: string | undefined, path: string, mode: number): Promise<void> {
  const lock = await acquireLock(join(path, ".berth-index.lock"));
  try {
    const index = join(path, "index.json");
    const known = await readFile(index).catch((error: unknown) => {
      if (errnoOf(error) === "ENOENT") return undefined;
      throw error;
    });
    await publishFile(index, mode, (file) => file.writeFile(withImage(known, image, tag, path)));
    await chmod(index, mode);
  } finally {
    await lock?.release();
  }
}
