// A SIF file's table of contents and its small objects, read from an open file. Partitions are not read here: they
// belong to the squashfs reader or to the kernel.

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { errnoOf, reasonOf } from "../../base/errors.ts";
import { decodeDescriptors, decodeHeader } from "./decode.ts";
import { fail } from "./errors.ts";
import * as layout from "./layout.ts";
import type { SifDescriptor, SifFile } from "./types.ts";

/** Enough for the header and the descriptor table of every file in the wild: one read does for a start. */
const FIRST_READ = layout.DATA_OFFSET + 4096;

/** Biggest metadata object that is read into memory. */
const MAX_OBJECT_BYTES = 64 * 1024 * 1024;

/**
 * Header and descriptors of a SIF file; `path` names it in errors.
 * @throws E_SIF_NOT, E_SIF_CORRUPT, E_SIF_TRUNCATED
 */
export async function readSif(file: FileHandle, path: string): Promise<SifFile> {
  const { size } = await file.stat();
  const { bytesRead, buffer } = await file.read(Buffer.alloc(FIRST_READ), 0, FIRST_READ, 0);
  return readSifFrom(file, buffer.subarray(0, bytesRead), size, path);
}

/** The same for a caller that has read the first bytes of the file already. */
export async function readSifFrom(file: FileHandle, head: Uint8Array, size: number, path: string): Promise<SifFile> {
  const { descriptorsSize: _, ...header } = decodeHeader(head, size, path);
  const length = header.descriptorsTotal * layout.DESCRIPTOR_BYTES;
  const at = header.descriptorsOffset;
  const table = at + length <= head.length ? head.subarray(at, at + length) : await exactly(file, at, length, path);
  return { ...header, descriptors: decodeDescriptors(table, { ...header, descriptorsSize: length }, path) };
}

/**
 * Content of one object.
 * @throws E_SIF_OBJECT_TOO_BIG, E_SIF_TRUNCATED
 */
export async function readObject(file: FileHandle, object: SifDescriptor, path: string): Promise<Buffer> {
  if (object.size > MAX_OBJECT_BYTES)
    throw fail("E_SIF_OBJECT_TOO_BIG", { path, name: object.name, size: object.size, max: MAX_OBJECT_BYTES });
  return exactly(file, object.offset, object.size, path);
}

/**
 * The same for a path.
 * @throws E_SIF_UNREADABLE, E_SIF_NOT, E_SIF_CORRUPT, E_SIF_TRUNCATED
 */
export async function readSifFile(path: string): Promise<SifFile> {
  const file = await openSifFile(path);
  try {
    return await readSif(file, path);
  } finally {
    await file.close();
  }
}

/** Opens a file that should be a SIF file. @throws E_SIF_UNREADABLE */
export async function openSifFile(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (error) {
    const reason = errnoOf(error) === "ENOENT" ? "it does not exist" : reasonOf(error);
    throw fail("E_SIF_UNREADABLE", { path, reason });
  }
  throw fail("E_SIF_UNREADABLE", { path, reason: "it is not a file" });
}

/** The object with this number or name. @throws E_SIF_NO_OBJECT */
export function requireObject(sif: SifFile, wanted: string, path: string): SifDescriptor {
  const found = sif.descriptors.find((d) => String(d.id) === wanted) ?? sif.descriptors.find((d) => d.name === wanted);
  if (!found) throw fail("E_SIF_NO_OBJECT", { path, wanted });
  return found;
}

/** The first object of this name that holds metadata: no partition, and no signature, which nothing vouches for. */
export function findObject(sif: SifFile, name: string): SifDescriptor | undefined {
  return sif.descriptors.find((d) => d.name === name && d.type !== "partition" && d.type !== "signature");
}

/** The partition that holds the root file system. */
export function primaryPartition(sif: SifFile): SifDescriptor | undefined {
  return sif.descriptors.find((d) => d.partition?.kind === "primary");
}

async function exactly(file: FileHandle, offset: number, length: number, path: string): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, offset + done);
    // The file shrank after its size was taken.
    if (bytesRead === 0)
      throw fail("E_SIF_TRUNCATED", { path, what: "an object", want: offset + length, got: offset + done });
    done += bytesRead;
  }
  return buffer;
}
