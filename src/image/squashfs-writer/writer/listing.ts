// One directory's listing: runs of at most 256 names whose inodes lie in one metadata block and have near numbers.

import { fail } from "../../errors.ts";
import type { Listing } from "./inodes.ts";
import type { MetadataStream } from "./metadata.ts";

const MAX_RUN = 256;
/** Inode numbers are stored as signed 16-bit differences from that of the run. */
const MIN_STEP = -32_768;
const MAX_STEP = 32_767;
const MAX_BYTES = 0xffff_fff0;

/** One name. */
export interface ListingEntry {
  /** Byte string. */
  readonly name: string;
  /** Kind of a basic inode. */
  readonly kind: number;
  readonly number: number;
  readonly block: number;
  readonly offset: number;
}

/** Writes the listing of `entries`, which are in the order of their names' bytes. */
export function writeListing(stream: MetadataStream, entries: readonly ListingEntry[]): Listing {
  const place = stream.place;
  const index: Buffer[] = [];
  let bytes = 0;
  let indexed = place.block;
  for (let at = 0; at < entries.length; ) {
    const run = runFrom(entries, at);
    const { block } = stream.place;
    // A reader that looks for a name begins at the last run that opens a metadata block before it.
    if (block !== indexed) index.push(indexEntry(bytes, block, run[0]?.name ?? ""));
    indexed = block;
    const encoded = encodeRun(run);
    stream.write(encoded);
    bytes += encoded.length;
    at += run.length;
    if (bytes > MAX_BYTES) throw fail("E_SQUASHFS_LIMIT", { what: "a directory whose names fill more than 4 GiB" });
  }
  return { place, bytes, index };
}

function runFrom(entries: readonly ListingEntry[], from: number): readonly ListingEntry[] {
  const first = entries[from];
  let end = from + 1;
  for (; first !== undefined && end < entries.length && end - from < MAX_RUN; end++) {
    const entry = entries[end];
    const step = (entry?.number ?? 0) - first.number;
    if (entry?.block !== first.block || step < MIN_STEP || step > MAX_STEP) break;
  }
  return entries.slice(from, end);
}

function encodeRun(run: readonly ListingEntry[]): Buffer {
  const base = run[0]?.number ?? 0;
  const bytes = Buffer.allocUnsafe(run.reduce((sum, { name }) => sum + 8 + name.length, 12));
  bytes.writeUInt32LE(run.length - 1, 0);
  bytes.writeUInt32LE(run[0]?.block ?? 0, 4);
  bytes.writeUInt32LE(base, 8);
  let at = 12;
  for (const { name, kind, number, offset } of run) {
    bytes.writeUInt16LE(offset, at);
    bytes.writeInt16LE(number - base, at + 2);
    bytes.writeUInt16LE(kind, at + 4);
    bytes.writeUInt16LE(name.length - 1, at + 6);
    bytes.write(name, at + 8, "latin1");
    at += 8 + name.length;
  }
  return bytes;
}

function indexEntry(bytes: number, block: number, name: string): Buffer {
  const entry = Buffer.allocUnsafe(12 + name.length);
  entry.writeUInt32LE(bytes, 0);
  entry.writeUInt32LE(block, 4);
  entry.writeUInt32LE(name.length - 1, 8);
  entry.write(name, 12, "latin1");
  return entry;
}
