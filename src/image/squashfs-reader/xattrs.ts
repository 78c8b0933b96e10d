// Extended attributes of a squashfs file system.

import type { Metadata } from "./metadata.ts";
import type { Source } from "./source.ts";
import { NO_TABLE, type Superblock } from "./superblock.ts";

const PREFIXES = ["user.", "trusted.", "security."];
const OUT_OF_LINE = 0x100;
/** The kernel's limits (XATTR_LIST_MAX, XATTR_SIZE_MAX). */
const MAX_COUNT = 65_536;
const MAX_VALUE_BYTES = 65_536;
/** Of all values of one file, which many names may share. */
const MAX_BYTES = 16 * 2 ** 20;

/** The attributes of entry `index` of the table. @throws E_SQUASHFS_CORRUPT */
export async function readXattrs(
  source: Source,
  superblock: Superblock,
  meta: Metadata,
  index: number,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const attributes = new Map<string, Uint8Array>();
  if (superblock.xattrTable === NO_TABLE) return attributes;
  const head = await source.read(superblock.xattrTable, 16);
  const values = Number(head.readBigUInt64LE(0));
  if (index >= head.readUInt32LE(8)) throw source.corrupt(`a file refers to attribute set ${index}`);
  const entry = await meta.entry(superblock.xattrTable + 16, index, 16);
  const count = entry.readUInt32LE(8);
  if (count > MAX_COUNT) throw source.corrupt(`an attribute set claims ${count} attributes`);
  const cursor = at(meta, values, entry.readBigUInt64LE(0));
  let bytes = 0;
  for (let number = 0; number < count; number += 1) {
    const key = await cursor.take(4);
    const type = key.readUInt16LE(0);
    const name = (await cursor.take(key.readUInt16LE(2))).toString("utf8");
    const value = await readValue(source, cursor);
    const outside = (type & OUT_OF_LINE) !== 0;
    if (outside && value.length !== 8) throw source.corrupt("an attribute refers to nowhere");
    const real = outside ? await readValue(source, at(meta, values, value.readBigUInt64LE(0))) : value;
    bytes += real.length;
    if (bytes > MAX_BYTES) throw source.corrupt(`the attributes of a file have more than ${MAX_BYTES} bytes`);
    attributes.set(`${PREFIXES[type & 0xff] ?? ""}${name}`, real);
  }
  return attributes;
}

function at(meta: Metadata, values: number, reference: bigint) {
  return meta.cursor(values + Number(reference >> 16n), Number(reference & 0xffffn));
}

async function readValue(source: Source, cursor: { take(length: number): Promise<Buffer> }): Promise<Buffer> {
  const size = (await cursor.take(4)).readUInt32LE(0);
  if (size > MAX_VALUE_BYTES) throw source.corrupt(`an attribute claims ${size} bytes`);
  return cursor.take(size);
}
