// Writes the header of an entry in one canonical form: a ustar block, with PAX records before it for what does not fit.
// The same entry always gives the same bytes.

import { BLOCK } from "./block.ts";
import type { EntryKind, TarEntry } from "./entry.ts";
import { formatPax } from "./pax.ts";

const TYPES = { file: "0", link: "1", symlink: "2", device: "3", dir: "5", fifo: "6" } satisfies Record<
  EntryKind,
  string
>;
const MAX_ID = 0o7777777;
const MAX_SIZE = 0o77777777777;
/** Largest time a squashfs inode can hold. */
const MAX_TIME = 0xffffffff;

/** What a header is written from. */
export type HeaderFacts = Omit<TarEntry, "block">;

/** Header blocks of an entry, extended header included; the body is up to the caller. */
export function encodeHeader(entry: HeaderFacts): Buffer {
  const records: [string, Buffer][] = [];
  const name = entry.kind === "dir" ? `${entry.path === "" ? "." : entry.path}/` : entry.path;
  const split = splitName(name);
  if (split === undefined) records.push(["path", Buffer.from(name, "latin1")]);
  if (entry.target.length > 100) records.push(["linkpath", Buffer.from(entry.target, "latin1")]);
  if (entry.uid > MAX_ID) records.push(["uid", Buffer.from(String(entry.uid))]);
  if (entry.gid > MAX_ID) records.push(["gid", Buffer.from(String(entry.gid))]);
  if (entry.size > MAX_SIZE) records.push(["size", Buffer.from(String(entry.size))]);
  for (const [key, value] of entry.xattrs ?? []) records.push([`SCHILY.xattr.${key}`, value]);
  const block = mainBlock(entry, split ?? { prefix: "", name: name.slice(0, 100) });
  return records.length === 0 ? block : Buffer.concat([paxHeader(formatPax(records)), block]);
}

/** True when the time can be stored as it is. */
export function timeFits(mtime: number): boolean {
  return mtime >= 0 && mtime <= MAX_TIME;
}

function mainBlock(entry: HeaderFacts, name: { readonly prefix: string; readonly name: string }): Buffer {
  return writeBlock({
    ...name,
    mode: entry.mode,
    uid: entry.uid > MAX_ID ? 0 : entry.uid,
    gid: entry.gid > MAX_ID ? 0 : entry.gid,
    size: entry.kind === "file" && entry.size <= MAX_SIZE ? entry.size : 0,
    mtime: Math.min(Math.max(entry.mtime, 0), MAX_TIME),
    type: TYPES[entry.kind],
    link: entry.target.slice(0, 100),
  });
}

function paxHeader(body: Buffer): Buffer {
  const block = writeBlock({
    prefix: "",
    name: "x",
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: body.length,
    mtime: 0,
    type: "x",
    link: "",
  });
  return Buffer.concat([block, body, Buffer.alloc(padding(body.length))]);
}

/** Bytes between the end of a body and the next block. */
export function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** The two blocks of zeros that end an archive. */
export const END_OF_ARCHIVE = Buffer.alloc(2 * BLOCK);

interface Fields {
  readonly prefix: string;
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly type: string;
  readonly link: string;
}

function writeBlock(f: Fields): Buffer {
  const b = Buffer.alloc(BLOCK);
  b.write(f.name, 0, "latin1");
  b.write(octal(f.mode, 7), 100, "latin1");
  b.write(octal(f.uid, 7), 108, "latin1");
  b.write(octal(f.gid, 7), 116, "latin1");
  b.write(octal(f.size, 11), 124, "latin1");
  b.write(octal(f.mtime, 11), 136, "latin1");
  b.write(f.type, 156, "latin1");
  b.write(f.link, 157, "latin1");
  b.write("ustar\x0000", 257, "latin1");
  b.write(f.prefix, 345, "latin1");
  seal(b);
  return b;
}

/** Computes the checksum of a block whose other fields are final. */
function seal(b: Buffer): void {
  b.write("        ", 148, "latin1");
  let sum = 0;
  for (const byte of b) sum += byte;
  b.write(`${octal(sum, 6)}\0 `, 148, "latin1");
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

/** The name in the two fields of ustar; undefined when it does not fit. */
function splitName(name: string): { readonly prefix: string; readonly name: string } | undefined {
  if (name.length <= 100) return { prefix: "", name };
  // The split must leave something on both sides; the last slash of a directory's name is no place for it.
  const slash = name.indexOf("/", name.length - 101);
  if (slash <= 0 || slash > 155 || slash >= name.length - 1) return undefined;
  return { prefix: name.slice(0, slash), name: name.slice(slash + 1) };
}
