// An overlay as a partition of a SIF file. Nothing that is there moves, so containers that run from the file go on; content
// is on disk before the descriptor that names it, and the descriptor before the byte that makes it count.

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import * as layout from "../sif/layout.ts";
import { primaryPartition, readSifFile } from "../sif/read.ts";
import type { SifDescriptor, SifFile } from "../sif/types.ts";
import { copyRange, writeAll } from "./copy-range.ts";
import { fail } from "./errors.ts";
import { isLocked } from "./in-use.ts";

const USED_AT = 4;
const NAME = "overlay";

/** Refuses a SIF file that cannot get an overlay. @throws E_OVERLAY_SIGNED, E_OVERLAY_ENCRYPTED, E_OVERLAY_PRESENT, E_OVERLAY_FULL */
export async function checkForOverlay(path: string): Promise<SifFile> {
  const sif = await readSifFile(path);
  const root = primaryPartition(sif)?.partition?.fs;
  if (root === "encrypted-squashfs" || root === "gocryptfs-squashfs") throw fail("E_OVERLAY_ENCRYPTED", { path });
  checkUnsigned(sif, path);
  const present = overlayOf(sif);
  if (present) throw fail("E_OVERLAY_PRESENT", { path, id: present.id });
  if (freeSlot(sif) === undefined) throw fail("E_OVERLAY_FULL", { path, total: sif.descriptorsTotal });
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
export async function addPartition(
  path: string,
  from: string,
  signal?: AbortSignal,
): Promise<Pick<SifDescriptor, "offset" | "size">> {
  const sif = await checkForOverlay(path);
  const slot = freeSlot(sif) ?? 0;
  return place(path, from, sif, signal, async (file, offset, size) => {
    const bytes = descriptor(sif, slot + 1, offset, size);
    const at = sif.descriptorsOffset + slot * layout.DESCRIPTOR_BYTES;
    await writeAll(file, bytes, at);
    await file.sync();
    await writeAll(file, Buffer.of(1), at + USED_AT);
    await writeHeader(file, sif, offset + size, 1);
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
  await place(path, from, sif, signal, async (file, offset, size) => {
    const at = sif.descriptorsOffset + (await slotOf(file, sif, old.id)) * layout.DESCRIPTOR_BYTES;
    const numbers = Buffer.alloc(24);
    for (const [index, value] of [offset, size, size].entries()) numbers.writeBigInt64LE(BigInt(value), index * 8);
    await writeAll(file, numbers, at + 17);
    await writeHeader(file, sif, offset + size, 0);
  });
  return old;
}

async function place(
  path: string,
  from: string,
  sif: SifFile,
  signal: AbortSignal | undefined,
  publish: (file: FileHandle, offset: number, size: number) => Promise<void>,
): Promise<{ readonly offset: number; readonly size: number }> {
  const end = Math.max(sif.fileSize, ...sif.descriptors.map((d) => d.offset + d.size));
  const offset = Math.ceil(end / layout.PARTITION_ALIGN) * layout.PARTITION_ALIGN;
  try {
    const file = await open(path, constants.O_RDWR);
    try {
      // What a failure leaves behind the end is cut off again: without a descriptor nobody knows of it.
      const size = await copyTo(file, from, offset, signal).catch(async (error: unknown) => {
        await file.truncate(sif.fileSize);
        throw error;
      });
      await file.sync();
      await publish(file, offset, size);
      await file.sync();
      return { offset, size };
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (errnoOf(cause) === undefined) throw cause;
    throw fail("E_OVERLAY_IO", { path, reason: reasonOf(cause) }, { cause });
  }
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

// An id is its slot's number plus one; a slot whose number some object has as its id is no place.
function freeSlot(sif: SifFile): number | undefined {
  const ids = new Set(sif.descriptors.map(({ id }) => id));
  if (sif.descriptors.length >= sif.descriptorsTotal) return undefined;
  for (let slot = 0; slot < sif.descriptorsTotal; slot += 1) if (!ids.has(slot + 1)) return slot;
  return undefined;
}

async function slotOf(file: FileHandle, sif: SifFile, id: number): Promise<number> {
  const table = Buffer.alloc(sif.descriptorsTotal * layout.DESCRIPTOR_BYTES);
  await file.read(table, 0, table.length, sif.descriptorsOffset);
  for (let slot = 0; slot < sif.descriptorsTotal; slot += 1) {
    const at = slot * layout.DESCRIPTOR_BYTES;
    if (table[at + USED_AT] !== 0 && table.readUInt32LE(at + 5) === id) return slot;
  }
  throw new Error("the descriptor that was just read has gone");
}

function descriptor(sif: SifFile, id: number, offset: number, size: number): Buffer {
  const bytes = Buffer.alloc(layout.DESCRIPTOR_BYTES);
  const now = Math.floor(Date.now() / 1000);
  bytes.writeInt32LE(layout.dataTypeCode("partition"), 0);
  bytes.writeUInt32LE(id, 5);
  bytes.writeUInt32LE(layout.DEFAULT_GROUP, 9);
  const gap = offset - sif.fileSize;
  for (const [index, value] of [offset, size, size + gap, now, now].entries())
    bytes.writeBigInt64LE(BigInt(value), 17 + index * 8);
  bytes.write(NAME, 73, "latin1");
  bytes.writeInt32LE(layout.fileSystemCode("ext3"), 201);
  bytes.writeInt32LE(layout.partitionKindCode("overlay"), 205);
  bytes.write(layout.archCode(primaryPartition(sif)?.partition?.arch ?? sif.arch), 209, "latin1");
  return bytes;
}

// Change time, count of free descriptors, size of the data.
async function writeHeader(file: FileHandle, sif: SifFile, end: number, added: number): Promise<void> {
  const start = await headerStart(file);
  const numbers = Buffer.alloc(16);
  numbers.writeBigInt64LE(BigInt(Math.floor(Date.now() / 1000)), 0);
  numbers.writeBigInt64LE(BigInt(sif.descriptorsTotal - sif.descriptors.length - added), 8);
  await writeAll(file, numbers, start + 72);
  const size = Buffer.alloc(8);
  size.writeBigInt64LE(BigInt(Math.max(end - sif.dataOffset, sif.dataSize)), 0);
  await writeAll(file, size, start + 120);
}

async function headerStart(file: FileHandle): Promise<number> {
  const { bytesRead, buffer } = await file.read(
    Buffer.alloc(layout.MAGIC_SEARCH_BYTES),
    0,
    layout.MAGIC_SEARCH_BYTES,
    0,
  );
  return Math.max(0, buffer.subarray(0, bytesRead).indexOf(`${layout.MAGIC}\0`, "latin1") - layout.MAGIC_OFFSET);
}
