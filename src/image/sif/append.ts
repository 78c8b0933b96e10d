// Adds an object to a finished SIF file, in place, as Apptainer does: nothing that is there moves, so what runs from the
// file is not disturbed and gigabytes are not copied. Written so that a crash at any point leaves a valid file: content
// first, then its descriptor still marked unused, then the one byte that makes it count. Whoever calls keeps others away.

import type { FileHandle } from "node:fs/promises";
import * as layout from "./layout.ts";
import { readTable, type SifTable } from "./table.ts";
import { writeAll } from "./write-all.ts";

/** The content of an object, and where it may lie. */
export interface Content {
  /** `next`: behind the last object. `aligned`: at a multiple of 4096 behind the end of the file, where nothing was ever written. */
  readonly place: "next" | "aligned";
  /** Writes it at this offset; answers its size. */
  write(file: FileHandle, offset: number): Promise<number>;
}

/** An object that is to be added. */
export interface Addition extends Content {
  readonly type: layout.DataType;
  /** At most 127 bytes. */
  readonly name: string;
  /** Its group as the format has it, with the mark. */
  readonly group: number;
  /** An id, or with the mark a group; 0 for none. */
  readonly link: number;
  /** The fields of its type. */
  readonly extra: Uint8Array;
}

/** Where an object lies in the file. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

/** Adds an object; undefined, and nothing done, when the table is full. @throws E_SIF_…, what `write` throws, failures of the file */
export async function appendObject(
  file: FileHandle,
  path: string,
  object: Addition,
  now: Date,
): Promise<Extent | undefined> {
  const table = await readTable(file, path);
  const slot = freeSlot(table);
  if (slot === undefined) return undefined;
  const extent = await writeContent(file, table, object);
  const at = slotOffset(table, slot);
  await writeAll(file, descriptor(object, slot + 1, numbers(extent, now)), at);
  await file.sync();
  await writeAll(file, Buffer.of(1), at + layout.USED_AT);
  await writeHeader(file, table, extent, 1, now);
  return extent;
}

/**
 * Gives an object another content and place; its old bytes stay where they are, used by nothing.
 * @throws as `appendObject`
 */
export async function moveObject(
  file: FileHandle,
  path: string,
  id: number,
  content: Content,
  now: Date,
): Promise<Extent> {
  const table = await readTable(file, path);
  const record = table.records.find(({ descriptor: { id: own } }) => own === id);
  if (!record) throw new Error(`the object ${id} of ${path} has gone`);
  const extent = await writeContent(file, table, content);
  // Offset and sizes; the times of the object are those of the first one.
  await writeAll(file, numbers(extent, now).subarray(0, 24), slotOffset(table, record.slot) + layout.NUMBERS_AT);
  await writeHeader(file, table, extent, 0, now);
  return extent;
}

interface Placed extends Extent {
  /** Unused bytes before it. */
  readonly gap: number;
}

async function writeContent(file: FileHandle, { file: sif }: SifTable, { place, write }: Content): Promise<Placed> {
  const end = Math.max(sif.dataOffset, ...sif.descriptors.map((d) => d.offset + d.size));
  const from = place === "next" ? end : Math.max(end, sif.fileSize);
  const offset = place === "next" ? from : Math.ceil(from / layout.PARTITION_ALIGN) * layout.PARTITION_ALIGN;
  const size = await write(file, offset);
  await file.sync();
  return { offset, size, gap: offset - from };
}

// The id is the slot's number, as every writer of the format has it; a slot whose number is somebody's id is no place.
function freeSlot({ file, records }: SifTable): number | undefined {
  const taken = new Set(records.flatMap(({ slot, descriptor }) => [slot, descriptor.id - 1]));
  for (let slot = 0; slot < file.descriptorsTotal; slot += 1) if (!taken.has(slot)) return slot;
  return undefined;
}

function slotOffset({ file }: SifTable, slot: number): number {
  return file.descriptorsOffset + slot * layout.DESCRIPTOR_BYTES;
}

function numbers({ offset, size, gap }: Placed, now: Date): Buffer {
  const bytes = Buffer.alloc(40);
  const time = seconds(now);
  for (const [index, value] of [offset, size, size + gap, time, time].entries())
    bytes.writeBigInt64LE(BigInt(value), index * 8);
  return bytes;
}

function descriptor({ type, name, group, link, extra }: Addition, id: number, places: Buffer): Buffer {
  const bytes = Buffer.alloc(layout.DESCRIPTOR_BYTES);
  bytes.writeInt32LE(layout.dataTypeCode(type), 0);
  bytes.writeUInt32LE(id, 5);
  bytes.writeUInt32LE(group, 9);
  bytes.writeUInt32LE(link, 13);
  bytes.set(places, layout.NUMBERS_AT);
  bytes.write(name, 73, layout.NAME_BYTES - 1, "utf8");
  bytes.set(extra, layout.EXTRA_AT);
  return bytes;
}

// Change time and count of free descriptors; offsets stay; the size of the data grows.
async function writeHeader(file: FileHandle, table: SifTable, extent: Extent, added: number, now: Date): Promise<void> {
  const { header, file: sif, records, start } = table;
  const bytes = Buffer.from(header.subarray(72, layout.HEADER_BYTES));
  bytes.writeBigInt64LE(BigInt(seconds(now)), 0);
  bytes.writeBigInt64LE(BigInt(sif.descriptorsTotal - records.length - added), 8);
  bytes.writeBigInt64LE(BigInt(Math.max(extent.offset + extent.size - sif.dataOffset, sif.dataSize)), 48);
  await writeAll(file, bytes, start + 72);
  await file.sync();
}

function seconds(now: Date): number {
  return Math.floor(now.getTime() / 1000);
}
