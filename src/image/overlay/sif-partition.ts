// An overlay as a partition of a SIF file. Nothing that is there moves, so containers that run from the file go on.

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { BerthError, errnoOf, reasonOf } from "../../base/errors.ts";
import { type Addition, appendObject, type Content, type Extent, moveObject } from "../sif/append.ts";
import * as layout from "../sif/layout.ts";
import { primaryPartition, readSifFile } from "../sif/read.ts";
import type { SifDescriptor, SifFile } from "../sif/types.ts";
import { copyRange } from "./copy-range.ts";
import { fail } from "./errors.ts";
import { isLocked } from "./in-use.ts";

/** Refuses a SIF file that cannot get an overlay. @throws E_OVERLAY_SIGNED, E_OVERLAY_ENCRYPTED, E_OVERLAY_PRESENT, E_OVERLAY_FULL */
export async function checkForOverlay(path: string): Promise<SifFile> {
  const sif = await readSifFile(path);
  const root = primaryPartition(sif)?.partition?.fs;
  if (root === "encrypted-squashfs" || root === "gocryptfs-squashfs") throw fail("E_OVERLAY_ENCRYPTED", { path });
  checkUnsigned(sif, path);
  const present = overlayOf(sif);
  if (present) throw fail("E_OVERLAY_PRESENT", { path, id: present.id });
  if (sif.descriptors.length >= sif.descriptorsTotal)
    throw fail("E_OVERLAY_FULL", { path, total: sif.descriptorsTotal });
  return sif;
}

/** Refuses a signed file. @throws E_OVERLAY_SIGNED */
export function checkUnsigned(sif: SifFile, path: string): void {
  if (sif.descriptors.some(({ type }) => type === "signature")) throw fail("E_OVERLAY_SIGNED", { path });
}

/** The writable overlay of a SIF file: its last ext partition. */
export function overlayOf(sif: SifFile): SifDescriptor | undefined {
  return sif.descriptors.findLast(({ partition }) => partition?.kind === "overlay" && partition.fs === "ext3");
}

/** Adds the file system in `from` to the SIF file as its overlay; answers where it lies. @throws E_OVERLAY_IO and those of `checkForOverlay` */
export async function addPartition(path: string, from: string, signal?: AbortSignal): Promise<Extent> {
  const sif = await checkForOverlay(path);
  return changing(path, async (file) => {
    const extent = await appendObject(file, path, partition(sif, content(from, sif, signal)), new Date());
    if (!extent) throw fail("E_OVERLAY_FULL", { path, total: sif.descriptorsTotal });
    return extent;
  });
}

/**
 * Puts the file system in `from` in the place of the overlay that is there. Answers where the old one lay, which nothing uses
 * any more. @throws E_OVERLAY_IO, E_OVERLAY_IN_USE, E_OVERLAY_NOT
 */
export async function replacePartition(path: string, from: string, signal?: AbortSignal): Promise<SifDescriptor> {
  const sif = await readSifFile(path);
  checkUnsigned(sif, path);
  const old = overlayOf(sif);
  if (!old) throw fail("E_OVERLAY_NOT", { path, what: "it has no overlay partition" });
  if (isLocked(path)) throw fail("E_OVERLAY_IN_USE", { path });
  await changing(path, (file) => moveObject(file, path, old.id, content(from, sif, signal), new Date()));
  return old;
}

async function changing<T>(path: string, change: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    const file = await open(path, constants.O_RDWR);
    try {
      return await change(file);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (errnoOf(cause) === undefined || cause instanceof BerthError) throw cause;
    throw fail("E_OVERLAY_IO", { path, reason: reasonOf(cause) }, { cause });
  }
}

function partition(sif: SifFile, content: Content): Addition {
  const extra = Buffer.alloc(11);
  extra.writeInt32LE(layout.fileSystemCode("ext3"), 0);
  extra.writeInt32LE(layout.partitionKindCode("overlay"), 4);
  extra.write(layout.archCode(primaryPartition(sif)?.partition?.arch ?? sif.arch), 8, "latin1");
  return { type: "partition", name: "overlay", group: layout.DEFAULT_GROUP, link: 0, extra, ...content };
}

function content(from: string, sif: SifFile, signal: AbortSignal | undefined): Content {
  return {
    place: "aligned",
    // What a failure leaves behind the end is cut off again: without a descriptor nobody knows of it.
    write: (file, offset) =>
      copyTo(file, from, offset, signal).catch(async (error: unknown) => {
        await file.truncate(sif.fileSize);
        throw error;
      }),
  };
}

async function copyTo(to: FileHandle, from: string, offset: number, signal?: AbortSignal): Promise<number> {
  const source = await open(from, "r");
  try {
    const { size } = await source.stat();
    await copyRange({ file: source, offset: 0 }, { file: to, offset }, size, signal);
    await to.truncate(offset + size);
    return size;
  } finally {
    await source.close();
  }
}
