// Adds an object to a finished SIF file, in place, as Apptainer does: nothing that is there moves, so what runs from the
// file is not disturbed and gigabytes are not copied. Written so that a crash at any point leaves a valid file: content
// first, then its descriptor still marked unused, then the one byte that makes it count.

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BerthError, errnoOf, reasonOf } from "../base/errors.ts";
import * as layout from "../image/sif/layout.ts";
import { acquireLock } from "../oci/store/lock.ts";
import { fail } from "./errors.ts";
import { readTable, type SifTable } from "./sif-table.ts";

/** A signature as it goes into a file. */
export interface SignatureObject {
  readonly content: Uint8Array;
  /** The group it covers. */
  readonly group: number;
  readonly hash: "sha256" | "sha384" | "sha512";
  /** Fingerprint of an OpenPGP key, hexadecimal; left out for other keys. */
  readonly fingerprint?: string;
}

export interface AppendOptions {
  readonly now: Date;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Adds what `make` answers for the file as it is when nobody else can change it.
 * @throws E_SIF_FULL, E_SIF_CLOSED, what `make` throws, and what reading a SIF file makes fail
 */
export async function appendSignatures(
  path: string,
  options: AppendOptions,
  make: (handle: FileHandle, table: SifTable) => Promise<readonly SignatureObject[]>,
): Promise<void> {
  const handle = await open(path, constants.O_RDWR | constants.O_NONBLOCK).catch((cause: unknown) => {
    throw fail("E_SIF_CLOSED", { path, why: reasonOf(cause) }, { cause });
  });
  try {
    const lock = await lockFile(path, options.signal);
    try {
      const objects = await make(handle, await readTable(handle, path));
      for (const object of objects) await append(handle, path, object, options.now);
    } catch (cause) {
      if (cause instanceof BerthError || errnoOf(cause) === undefined) throw cause;
      throw fail("E_SIF_CLOSED", { path, why: reasonOf(cause) }, { cause });
    } finally {
      await lock?.release();
    }
  } finally {
    await handle.close();
  }
}

async function lockFile(path: string, signal: AbortSignal | undefined) {
  try {
    return await acquireLock(join(dirname(path), `.${basename(path)}.berth-lock`), { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw fail("E_SIF_CLOSED", { path, why: reasonOf(cause) }, { cause });
  }
}

async function append(handle: FileHandle, path: string, object: SignatureObject, now: Date): Promise<void> {
  const table = await readTable(handle, path);
  const { file } = table;
  const slot = freeSlot(table);
  if (slot === undefined) throw fail("E_SIF_FULL", { path, total: file.descriptorsTotal });
  const offset = Math.max(file.dataOffset, ...file.descriptors.map((d) => d.offset + d.size));
  const at = file.descriptorsOffset + slot * layout.DESCRIPTOR_BYTES;
  const seconds = Math.floor(now.getTime() / 1000);
  await write(handle, object.content, offset);
  await handle.sync();
  await write(handle, descriptor(object, slot + 1, offset, seconds), at);
  await handle.sync();
  await write(handle, Buffer.of(1), at + USED);
  await write(handle, headerNumbers(table, seconds, offset + object.content.length), table.start + 72);
  await handle.sync();
}

const USED = 4;

// The id is the slot's number, as every writer of the format has it; a slot whose number is somebody's id is no place.
function freeSlot({ file, records }: SifTable): number | undefined {
  const taken = new Set(records.flatMap(({ slot, descriptor }) => [slot, descriptor.id - 1]));
  for (let slot = 0; slot < file.descriptorsTotal; slot += 1) if (!taken.has(slot)) return slot;
  return undefined;
}

function descriptor(object: SignatureObject, id: number, offset: number, seconds: number): Buffer {
  const bytes = Buffer.alloc(layout.DESCRIPTOR_BYTES);
  bytes.writeInt32LE(layout.dataTypeCode("signature"), 0);
  bytes.writeUInt32LE(id, 5);
  bytes.writeUInt32LE(layout.GROUP_MASK, 9);
  bytes.writeUInt32LE((layout.GROUP_MASK | object.group) >>> 0, 13);
  const size = object.content.length;
  for (const [index, value] of [offset, size, size, seconds, seconds].entries())
    bytes.writeBigInt64LE(BigInt(value), 17 + index * 8);
  bytes.writeInt32LE({ sha256: 1, sha384: 2, sha512: 3 }[object.hash], 201);
  bytes.write(object.fingerprint ?? "", 205, 20, "hex");
  return bytes;
}

// Change time and count of free descriptors; offsets stay; the size of the data grows.
function headerNumbers({ header, file, records }: SifTable, seconds: number, end: number): Buffer {
  const bytes = Buffer.from(header.subarray(72, layout.HEADER_BYTES));
  bytes.writeBigInt64LE(BigInt(seconds), 0);
  bytes.writeBigInt64LE(BigInt(file.descriptorsTotal - records.length - 1), 8);
  bytes.writeBigInt64LE(BigInt(Math.max(end - file.dataOffset, file.dataSize)), 48);
  return bytes;
}

async function write(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
  }
}
