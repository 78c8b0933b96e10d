// The bytes of a SIF header and of its descriptors as they are, beside their decoded form: a signature covers bytes.
// Reads the file; knows nothing of keys and statements.

import type { FileHandle } from "node:fs/promises";
import { findHeader } from "./decode.ts";
import * as layout from "./layout.ts";
import { readSif } from "./read.ts";
import type { SifDescriptor, SifFile } from "./types.ts";

/** A used descriptor and where it stands in the table. */
export interface SifRecord {
  readonly descriptor: SifDescriptor;
  readonly bytes: Buffer;
  readonly slot: number;
}

/** Everything of a SIF file but the contents of its objects. */
export interface SifTable {
  readonly file: SifFile;
  /** Where the header begins in the file. */
  readonly start: number;
  readonly header: Buffer;
  readonly records: readonly SifRecord[];
}

/**
 * Reads header and table.
 * @throws E_SIF_NOT, E_SIF_CORRUPT, E_SIF_TRUNCATED
 */
export async function readTable(handle: FileHandle, path: string): Promise<SifTable> {
  const file = await readSif(handle, path);
  const head = await bytesAt(handle, 0, layout.MAGIC_SEARCH_BYTES + layout.HEADER_BYTES);
  const start = findHeader(head) ?? 0;
  const table = await bytesAt(handle, file.descriptorsOffset, file.descriptorsTotal * layout.DESCRIPTOR_BYTES);
  const byId = new Map(file.descriptors.map((descriptor) => [descriptor.id, descriptor]));
  const records: SifRecord[] = [];
  for (let slot = 0; slot < file.descriptorsTotal; slot += 1) {
    const bytes = table.subarray(slot * layout.DESCRIPTOR_BYTES, (slot + 1) * layout.DESCRIPTOR_BYTES);
    if (bytes.length < layout.DESCRIPTOR_BYTES || bytes[4] === 0) continue;
    const descriptor = byId.get(bytes.readUInt32LE(5));
    if (descriptor) records.push({ descriptor, bytes, slot });
  }
  return { file, start, header: head.subarray(start, start + layout.HEADER_BYTES), records };
}

/** Objects that belong to a group, in the order of their ids; signatures belong to none. */
export function groupRecords(table: SifTable, group: number): readonly SifRecord[] {
  return table.records.filter((r) => r.descriptor.group === group).sort((a, b) => a.descriptor.id - b.descriptor.id);
}

/** The groups of a file, ascending. */
export function groupsOf(table: SifTable): readonly number[] {
  const groups = new Set(table.records.map(({ descriptor }) => descriptor.group).filter((group) => group !== 0));
  return [...groups].sort((a, b) => a - b);
}

async function bytesAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}
