// What the dynamic linker's cache has to know of a shared library: its soname, and for which machines it is. Pure but for `read`,
// which may be asked for any part of the file; the bytes are not trusted.

/** A shared library. */
export interface ElfLibrary {
  /** DT_SONAME; undefined when the library has none. */
  readonly soname: string | undefined;
  /** The kind of library in the words of glibc's cache (sysdeps/generic/ldconfig.h). */
  readonly cacheFlags: number;
}

/** Gives up to `length` bytes at `offset`: fewer at the file's end. */
export type ReadAt = (offset: number, length: number) => Buffer;

const ELFCLASS64 = 2;
const ET_DYN = 3;
const [PT_LOAD, PT_DYNAMIC] = [1, 2];
const [DT_NULL, DT_STRTAB, DT_SONAME] = [0, 5, 14];
const MAX_SEGMENTS = 256;
const MAX_DYNAMIC_BYTES = 64 * 1024;
const MAX_NAME = 256;

/** `machine class` → the flags of glibc's cache; 3 is FLAG_ELF_LIBC6. */
const CACHE_FLAGS: Readonly<Record<string, number>> = {
  "62 64": 0x303,
  "62 32": 0x803,
  "3 32": 0x003,
  "183 64": 0xa03,
  "21 64": 0x503,
  "22 64": 0x403,
  "243 64": 0x1003,
  "258 64": 0x1203,
  "40 32": 0x903,
};

/** Reads a shared library's head; undefined for what is none, or for a machine berth does not know. */
export function readElfLibrary(read: ReadAt): ElfLibrary | undefined {
  const head = read(0, 64);
  if (head.length < 52 || head.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const form = new Form(head[4] === ELFCLASS64, head[5] !== 2);
  if (form.wide && head.length < 64) return undefined;
  const flags = CACHE_FLAGS[`${form.half(head, 18)} ${form.wide ? 64 : 32}`];
  if (form.half(head, 16) !== ET_DYN || flags === undefined) return undefined;
  return { soname: soname(read, segments(read, head, form), form), cacheFlags: flags };
}

/** How numbers are written in one file. */
class Form {
  readonly wide: boolean;
  readonly #little: boolean;

  constructor(wide: boolean, little: boolean) {
    this.wide = wide;
    this.#little = little;
  }

  half(bytes: Buffer, at: number): number {
    return this.#little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  }

  word(bytes: Buffer, at: number): number {
    return this.#little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  }

  /** An address, offset or size. */
  long(bytes: Buffer, at: number): number {
    if (!this.wide) return this.word(bytes, at);
    return Number(this.#little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  }
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

function segments(read: ReadAt, head: Buffer, form: Form): Segment[] {
  const start = form.long(head, form.wide ? 32 : 28);
  const size = form.wide ? 56 : 32;
  const count = Math.min(form.half(head, form.wide ? 56 : 44), MAX_SEGMENTS);
  const table = readSafely(read, start, count * size);
  return Array.from({ length: Math.floor(table.length / size) }, (_, index) => {
    const at = index * size;
    const [offset, address, length] = form.wide ? [8, 16, 32] : [4, 8, 16];
    return {
      type: form.word(table, at),
      offset: form.long(table, at + offset),
      address: form.long(table, at + address),
      size: form.long(table, at + length),
    };
  });
}

function soname(read: ReadAt, all: readonly Segment[], form: Form): string | undefined {
  const dynamic = all.find(({ type }) => type === PT_DYNAMIC);
  if (!dynamic) return undefined;
  const table = readSafely(read, dynamic.offset, Math.min(dynamic.size, MAX_DYNAMIC_BYTES));
  const step = form.wide ? 16 : 8;
  let [strings, name]: (number | undefined)[] = [];
  for (let at = 0; at + step <= table.length; at += step) {
    const [tag, value] = [form.long(table, at), form.long(table, at + step / 2)];
    if (tag === DT_NULL) break;
    if (tag === DT_STRTAB) strings = value;
    if (tag === DT_SONAME) name = value;
  }
  if (strings === undefined || name === undefined) return undefined;
  // Addresses are those of memory; the segment that holds them says where they are in the file.
  const wanted = strings + name;
  const load = all.find(({ type, address, size }) => type === PT_LOAD && wanted >= address && wanted < address + size);
  if (!load) return undefined;
  const bytes = readSafely(read, wanted - load.address + load.offset, MAX_NAME);
  const text = bytes.subarray(0, Math.max(bytes.indexOf(0), 0)).toString("latin1");
  return /^[\x21-\x7e]+$/.test(text) && !text.includes("/") ? text : undefined;
}

function readSafely(read: ReadAt, offset: number, length: number): Buffer {
  return Number.isSafeInteger(offset) && offset >= 0 ? read(offset, length) : Buffer.alloc(0);
}
