// The entries of a squashfs directory.

import type { DirectoryRef, InodeRef } from "./inode.ts";
import type { Metadata } from "./metadata.ts";
import { decodeName } from "./name.ts";
import type { Source } from "./source.ts";
import type { Superblock } from "./superblock.ts";

const HEADER_BYTES = 12;
const ENTRY_BYTES = 8;
const MAX_RUN = 256;
// A directory that needs more is an attack on memory.
const MAX_LISTING_BYTES = 64 * 1024 * 1024;
const MAX_ENTRIES = 1_000_000;

/** A name and where its inode is. */
export interface DirectoryEntry {
  readonly name: string;
  readonly ref: InodeRef;
}

/** All entries, as stored. @throws E_SQUASHFS_CORRUPT */
export async function readDirectory(
  source: Source,
  superblock: Superblock,
  meta: Metadata,
  directory: DirectoryRef,
): Promise<DirectoryEntry[]> {
  if (directory.bytes > MAX_LISTING_BYTES) throw source.corrupt(`a directory claims ${directory.bytes} bytes`);
  if (directory.bytes === 0) return [];
  const cursor = meta.cursor(superblock.directoryTable + directory.block, directory.offset);
  return parseListing(await takeInParts(cursor, directory.bytes), source);
}

// A claimed size is believed only as far as there is data for it.
async function takeInParts(cursor: { take(length: number): Promise<Buffer> }, length: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let left = length; left > 0; left -= 65_536) parts.push(await cursor.take(Math.min(left, 65_536)));
  return Buffer.concat(parts);
}

function parseListing(listing: Buffer, source: Source): DirectoryEntry[] {
  const entries: DirectoryEntry[] = [];
  let at = 0;
  while (at < listing.length) {
    if (at + HEADER_BYTES > listing.length) throw source.corrupt("a directory ends in the middle of an entry");
    const count = listing.readUInt32LE(at) + 1;
    const block = listing.readUInt32LE(at + 4);
    if (entries.length + count > MAX_ENTRIES) throw source.corrupt(`a directory has more than ${MAX_ENTRIES} names`);
    if (count > MAX_RUN) throw source.corrupt(`a run of directory entries claims ${count} names`);
    at += HEADER_BYTES;
    for (let index = 0; index < count; index += 1) at = parseEntry(listing, at, block, entries, source);
  }
  return entries;
}

function parseEntry(listing: Buffer, at: number, block: number, entries: DirectoryEntry[], source: Source): number {
  const start = at + ENTRY_BYTES;
  if (start > listing.length) throw source.corrupt("a directory ends in the middle of an entry");
  const end = start + listing.readUInt16LE(at + 6) + 1;
  if (end > listing.length) throw source.corrupt("a name reaches behind the end of its directory");
  const name = decodeName(listing.subarray(start, end));
  if (name === "." || name === ".." || /[/\0]/.test(name) || end - start > 256)
    throw source.corrupt(`a directory holds the impossible name ${JSON.stringify(name.slice(0, 80))}`);
  entries.push({ name, ref: { block, offset: listing.readUInt16LE(at) } });
  return end;
}
