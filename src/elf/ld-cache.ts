// The cache of glibc's dynamic linker (ld.so.cache) in its present form, "glibc-ld.so.cache1.1": read, extended and written. Every
// glibc since 2.2 reads it. Pure; the bytes of an image are not trusted. Which libraries are to be in it is decided elsewhere.

import { compareNames } from "./ld-cache-order.ts";

/** One line of the cache. */
export interface CacheEntry {
  /** Kind of library and machine. */
  readonly flags: number;
  /** What programs ask for: a soname. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  readonly osVersion: number;
  /** Features that the machine must have; bit 62: the low half is an index into `hwcapNames`. */
  readonly hwcap: bigint;
}

/** A whole cache. */
export interface LdCache {
  readonly entries: readonly CacheEntry[];
  /** Names of the subdirectories of glibc-hwcaps that entries refer to by number. */
  readonly hwcapNames: readonly string[];
}

export const EMPTY_CACHE: LdCache = { entries: [], hwcapNames: [] };

const MAGIC = "glibc-ld.so.cache1.1";
const OLD_MAGIC = "ld.so-1.7.0\0";
const HEAD = 48;
const ENTRY = 24;
const LITTLE_ENDIAN = 2;
const EXTENSION_MAGIC = 0xeaa42174;
const EXTENSION_HWCAPS = 1;
const MAX_ENTRIES = 200_000;
const MAX_HWCAPS = 1_024;
const MAX_TEXT = 4_096;
/** Characters of all names and paths together: entries may share them, so that a small file could stand for gigabytes. */
const MAX_TEXTS = 64 * 1024 * 1024;
/** Larger than the cache of any image; what is larger is not read. */
export const MAX_CACHE_BYTES = 16 * 1024 * 1024;

/** The cache in these bytes; undefined when they are none. Big-endian machines are not served. */
export function readLdCache(file: Buffer): LdCache | undefined {
  const start = startOf(file);
  if (start === undefined) return undefined;
  const bytes = file.subarray(start);
  const count = bytes.readUInt32LE(20);
  const endian = (bytes[28] ?? 0) & 3;
  if (count > MAX_ENTRIES || HEAD + count * ENTRY > bytes.length || (endian !== 0 && endian !== LITTLE_ENDIAN))
    return undefined;
  const entries: CacheEntry[] = [];
  let left = MAX_TEXTS;
  for (let at = HEAD; at < HEAD + count * ENTRY; at += ENTRY) {
    const [name, path] = [textAt(bytes, bytes.readUInt32LE(at + 4)), textAt(bytes, bytes.readUInt32LE(at + 8))];
    if (name === undefined || path === undefined) return undefined;
    left -= name.length + path.length;
    if (left < 0) return undefined;
    const [flags, osVersion] = [bytes.readInt32LE(at), bytes.readUInt32LE(at + 12)];
    entries.push({ flags, name, path, osVersion, hwcap: bytes.readBigUInt64LE(at + 16) });
  }
  const hwcapNames = readHwcaps(bytes, bytes.readUInt32LE(32));
  return hwcapNames && { entries, hwcapNames };
}

// Before glibc 2.32 the new form stood behind an old one.
function startOf(file: Buffer): number | undefined {
  if (begins(file, 0, MAGIC)) return 0;
  if (!begins(file, 0, OLD_MAGIC) || file.length < 16) return undefined;
  const end = 16 + file.readUInt32LE(12) * 12;
  return [4, 8].map((align) => Math.ceil(end / align) * align).find((at) => begins(file, at, MAGIC));
}

function begins(file: Buffer, at: number, magic: string): boolean {
  return at + HEAD <= file.length && file.toString("latin1", at, at + magic.length) === magic;
}

function textAt(bytes: Buffer, at: number): string | undefined {
  const end = bytes.indexOf(0, at);
  return at < HEAD || end < 0 || end - at > MAX_TEXT ? undefined : bytes.toString("latin1", at, end);
}

function readHwcaps(bytes: Buffer, at: number): readonly string[] | undefined {
  if (at === 0 || at + 8 > bytes.length || bytes.readUInt32LE(at) !== EXTENSION_MAGIC) return [];
  const count = Math.min(bytes.readUInt32LE(at + 4), 16);
  for (let section = at + 8; section + 16 <= bytes.length && section < at + 8 + count * 16; section += 16) {
    if (bytes.readUInt32LE(section) !== EXTENSION_HWCAPS) continue;
    const [offset, size] = [bytes.readUInt32LE(section + 8), bytes.readUInt32LE(section + 12)];
    if (offset + size > bytes.length || size > MAX_HWCAPS * 4) return undefined;
    const names = Array.from({ length: size >> 2 }, (_, n) => textAt(bytes, bytes.readUInt32LE(offset + n * 4)));
    const known = names.filter((name) => name !== undefined);
    return known.length === names.length ? known : undefined;
  }
  return [];
}

/** The cache with libraries added: of several with one name the added ones are found first, and the same path is there once. */
export function extendLdCache(cache: LdCache, added: readonly CacheEntry[]): LdCache {
  const key = ({ flags, name, path }: CacheEntry) => `${flags} ${name} ${path}`;
  const mine = new Map(added.map((entry) => [key(entry), entry]));
  const others = cache.entries.filter((entry) => !mine.has(key(entry)));
  return { ...cache, entries: [...mine.values(), ...others].sort((a, b) => compareNames(b.name, a.name)) };
}

/** The bytes of a cache whose entries are sorted as `extendLdCache` does. */
export function writeLdCache({ entries, hwcapNames }: LdCache): Buffer {
  const table = HEAD + entries.length * ENTRY;
  const strings = new Strings(table);
  const head = Buffer.alloc(table);
  head.write(MAGIC, 0, "latin1");
  head.writeUInt32LE(entries.length, 20);
  for (const [index, { flags, name, path, osVersion, hwcap }] of entries.entries()) {
    const at = HEAD + index * ENTRY;
    head.writeInt32LE(flags, at);
    head.writeUInt32LE(strings.add(name), at + 4);
    head.writeUInt32LE(strings.add(path), at + 8);
    head.writeUInt32LE(osVersion, at + 12);
    head.writeBigUInt64LE(hwcap, at + 16);
  }
  const names = hwcapNames.map((name) => strings.add(name));
  const text = strings.bytes();
  head.writeUInt32LE(text.length, 24);
  head[28] = LITTLE_ENDIAN;
  const end = table + text.length;
  const extensionAt = Math.ceil(end / 4) * 4;
  if (names.length > 0) head.writeUInt32LE(extensionAt, 32);
  const extension = names.length > 0 ? hwcapExtension(names, extensionAt) : Buffer.alloc(0);
  return Buffer.concat([head, text, Buffer.alloc(names.length > 0 ? extensionAt - end : 0), extension]);
}

function hwcapExtension(names: readonly number[], at: number): Buffer {
  const words = [EXTENSION_MAGIC, 1, EXTENSION_HWCAPS, 0, at + 24, names.length * 4, ...names];
  const bytes = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word, index * 4);
  return bytes;
}

/** NUL-ended texts, each once. */
class Strings {
  readonly #start: number;
  readonly #places = new Map<string, number>();
  readonly #parts: Buffer[] = [];
  #length = 0;

  constructor(start: number) {
    this.#start = start;
  }

  /** The place of a text in the file. */
  add(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const place = this.#start + this.#length;
    const bytes = Buffer.from(`${text}\0`, "latin1");
    this.#places.set(text, place);
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return place;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
