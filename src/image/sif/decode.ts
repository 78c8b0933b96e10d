// Header and descriptor table from bytes. Every number comes from a file that somebody else wrote: each is checked
// against the size of the file before anything is read or mapped with it. Does no input or output.

import { fail } from "./errors.ts";
import * as layout from "./layout.ts";
import type { SifDescriptor, SifFile, SifPartition } from "./types.ts";

/** Where the descriptors of a file lie, and everything else that its header says. */
export type SifHeader = Omit<SifFile, "descriptors"> & { readonly descriptorsSize: number };

/** Where the SIF header begins in the first bytes of a file; `undefined` when they are not those of a SIF file. */
export function findHeader(head: Uint8Array): number | undefined {
  const window = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, layout.MAGIC_SEARCH_BYTES));
  const magic = window.indexOf(`${layout.MAGIC}\0`, "latin1");
  return magic < layout.MAGIC_OFFSET ? undefined : magic - layout.MAGIC_OFFSET;
}

/** @throws E_SIF_NOT, E_SIF_CORRUPT, E_SIF_TRUNCATED */
export function decodeHeader(head: Uint8Array, fileSize: number, path: string): SifHeader {
  const start = findHeader(head);
  if (start === undefined) throw fail("E_SIF_NOT", { path });
  if (head.length < start + layout.HEADER_BYTES)
    throw fail("E_SIF_TRUNCATED", { path, what: "the header", want: start + layout.HEADER_BYTES, got: fileSize });
  const bytes = Buffer.from(head.buffer, head.byteOffset + start, layout.HEADER_BYTES);
  const number = (offset: number, what: string) => safeNumber(bytes, offset, what, path);
  const header: SifHeader = {
    launch: text(bytes.subarray(0, 32)),
    arch: layout.archName(text(bytes.subarray(45, 48))),
    uuid: bytes.toString("hex", 48, 64).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
    created: time(bytes, 64),
    modified: time(bytes, 72),
    descriptorsFree: number(80, "number of free descriptors"),
    descriptorsTotal: number(88, "number of descriptors"),
    descriptorsOffset: number(96, "offset of the descriptors"),
    descriptorsSize: number(104, "size of the descriptors"),
    dataOffset: number(112, "offset of the data"),
    dataSize: number(120, "size of the data"),
    fileSize,
  };
  checkHeader(header, path);
  return header;
}

function checkHeader(header: SifHeader, path: string): void {
  const { descriptorsTotal: total, descriptorsOffset: offset, descriptorsSize: size, fileSize } = header;
  if (total > layout.MAX_DESCRIPTORS)
    throw fail("E_SIF_CORRUPT", { path, what: `it claims ${total} descriptors (at most ${layout.MAX_DESCRIPTORS})` });
  if (size < total * layout.DESCRIPTOR_BYTES)
    throw fail("E_SIF_CORRUPT", { path, what: `${total} descriptors do not fit into ${size} bytes` });
  const tableEnd = offset + total * layout.DESCRIPTOR_BYTES;
  if (tableEnd > fileSize)
    throw fail("E_SIF_TRUNCATED", { path, what: "the descriptor table", want: tableEnd, got: fileSize });
}

/**
 * The used descriptors of a table.
 * @throws E_SIF_CORRUPT, E_SIF_TRUNCATED when one of them reaches outside the file, or a partition shares bytes
 */
export function decodeDescriptors(table: Uint8Array, header: SifHeader, path: string): SifDescriptor[] {
  const descriptors: SifDescriptor[] = [];
  for (let slot = 0; slot < header.descriptorsTotal; slot += 1) {
    const at = table.byteOffset + slot * layout.DESCRIPTOR_BYTES;
    const bytes = Buffer.from(table.buffer, at, layout.DESCRIPTOR_BYTES);
    if (bytes[4] !== 0) descriptors.push(decodeDescriptor(bytes, header, path));
  }
  checkIds(descriptors, path);
  checkOverlaps(descriptors, header, path);
  return descriptors;
}

function decodeDescriptor(bytes: Buffer, header: SifHeader, path: string): SifDescriptor {
  const id = bytes.readUInt32LE(5);
  const number = (offset: number, what: string) => safeNumber(bytes, offset, `${what} of object ${id}`, path);
  const type = layout.dataTypeName(bytes.readInt32LE(0)) ?? "unknown";
  const link = bytes.readUInt32LE(13);
  const toGroup = link >= layout.GROUP_MASK;
  const descriptor: SifDescriptor = {
    id,
    type,
    group: groupNumber(bytes.readUInt32LE(9)),
    link: toGroup ? 0 : link,
    linkedGroup: toGroup ? groupNumber(link) : 0,
    offset: number(17, "offset"),
    size: number(25, "size"),
    paddedSize: number(33, "padded size"),
    created: time(bytes, 41),
    modified: time(bytes, 49),
    name: text(bytes.subarray(73, 73 + layout.NAME_BYTES)),
    partition: type === "partition" ? decodePartition(bytes.subarray(201), id, path) : undefined,
  };
  const end = descriptor.offset + descriptor.size;
  if (end > header.fileSize)
    throw fail("E_SIF_TRUNCATED", {
      path,
      what: `object ${id} (${descriptor.name || type})`,
      want: end,
      got: header.fileSize,
    });
  return descriptor;
}

function decodePartition(extra: Buffer, id: number, path: string): SifPartition {
  const fs = layout.fileSystemName(extra.readInt32LE(0));
  const kind = layout.partitionKindName(extra.readInt32LE(4));
  if (fs === undefined || kind === undefined)
    throw fail("E_SIF_CORRUPT", { path, what: `partition ${id} is of a kind that the format does not have` });
  return { fs, kind, arch: layout.archName(text(extra.subarray(8, 11))) };
}

function checkIds(descriptors: readonly SifDescriptor[], path: string): void {
  const seen = new Set<number>();
  for (const { id } of descriptors) {
    if (id === 0 || seen.has(id))
      throw fail("E_SIF_CORRUPT", { path, what: `the object id ${id} is used twice or is 0` });
    seen.add(id);
  }
}

// Only partitions matter: they are handed to a file system driver. Objects that share bytes harm nobody.
function checkOverlaps(descriptors: readonly SifDescriptor[], header: SifHeader, path: string): void {
  const tableEnd = header.descriptorsOffset + header.descriptorsTotal * layout.DESCRIPTOR_BYTES;
  for (const one of descriptors) {
    if (one.type !== "partition") continue;
    if (one.offset < tableEnd)
      throw fail("E_SIF_CORRUPT", { path, what: `partition ${one.id} lies over the descriptor table` });
    const other = descriptors.find((d) => d.id !== one.id && d.size > 0 && overlap(d, one));
    if (other) throw fail("E_SIF_CORRUPT", { path, what: `partition ${one.id} shares bytes with object ${other.id}` });
  }
}

function overlap(a: SifDescriptor, b: SifDescriptor): boolean {
  return a.offset < b.offset + b.size && b.offset < a.offset + a.size;
}

function groupNumber(value: number): number {
  return value >= layout.GROUP_MASK ? value - layout.GROUP_MASK : value;
}

function safeNumber(bytes: Buffer, offset: number, what: string, path: string): number {
  const value = bytes.readBigInt64LE(offset);
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER) / 2n)
    throw fail("E_SIF_CORRUPT", { path, what: `the ${what} is ${value}` });
  return Number(value);
}

// Times are shown, nothing depends on them: a wild one is not a reason to refuse a file.
function time(bytes: Buffer, offset: number): number {
  const value = bytes.readBigInt64LE(offset);
  return value < 0n || value > 0xffff_ffff_ffn ? 0 : Number(value);
}

function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? field.length : end);
}
