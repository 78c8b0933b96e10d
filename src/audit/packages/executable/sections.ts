// Sections and segments of an ELF program that lies in memory (System V gABI, chapters 4 and 5): where something is, by
// name or by address. Every number is untrusted; what lies outside of the file is not there. The reader of src/elf works on
// open files, for the loader's tables.

const MAX_SECTIONS = 10_000;
const MAX_SEGMENTS = 4096;
const PT_LOAD = 1;
const WRITABLE = 2;
const SHT_NOBITS = 8;

/** A part of the file that is loaded at an address. */
export interface Segment {
  readonly offset: number;
  readonly address: number;
  readonly size: number;
  readonly writable: boolean;
}

/** An ELF file in memory. */
export interface Elf {
  readonly bytes: Buffer;
  readonly bits: 32 | 64;
  readonly little: boolean;
  readonly segments: readonly Segment[];
  /** Content of a section. */
  section(name: string): Buffer | undefined;
}

/** Undefined for what is no ELF file. @throws RangeError for a damaged one */
export function elfOf(bytes: Buffer): Elf | undefined {
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const [width, order] = [bytes[4], bytes[5]];
  if ((width !== 1 && width !== 2) || (order !== 1 && order !== 2)) return undefined;
  const fields: Fields = { bytes, bits: width === 1 ? 32 : 64, little: order === 1 };
  return {
    ...fields,
    segments: [...segmentsOf(fields)],
    section: (name) => sectionOf(fields, name),
  };
}

type Fields = Pick<Elf, "bytes" | "bits" | "little">;

/** A number of two, four or (in a 64-bit file) eight bytes. @throws RangeError outside of the file */
export function u16({ bytes, little }: Fields, at: number): number {
  return little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
}

/** See `u16`. */
export function u32({ bytes, little }: Fields, at: number): number {
  return little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}

/** An address or size of the file's width. @throws RangeError outside of the file or above 2^53 */
export function word(elf: Fields, at: number): number {
  if (elf.bits === 32) return u32(elf, at);
  const value = Number(elf.little ? elf.bytes.readBigUInt64LE(at) : elf.bytes.readBigUInt64BE(at));
  if (!Number.isSafeInteger(value)) throw new RangeError("a number of the program is larger than any file");
  return value;
}

function* segmentsOf(elf: Fields): Generator<Segment> {
  const wide = elf.bits === 64;
  const start = word(elf, wide ? 32 : 28);
  const size = u16(elf, wide ? 54 : 42);
  const count = Math.min(u16(elf, wide ? 56 : 44), MAX_SEGMENTS);
  for (let index = 0; index < count; index++) {
    const at = start + index * size;
    if (u32(elf, at) !== PT_LOAD) continue;
    yield {
      offset: word(elf, at + (wide ? 8 : 4)),
      address: word(elf, at + (wide ? 16 : 8)),
      size: word(elf, at + (wide ? 32 : 16)),
      writable: (u32(elf, at + (wide ? 4 : 24)) & WRITABLE) !== 0,
    };
  }
}

interface Section {
  readonly name: number;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

function sectionOf(elf: Fields, wanted: string): Buffer | undefined {
  const wide = elf.bits === 64;
  const start = word(elf, wide ? 40 : 32);
  const entry = u16(elf, wide ? 58 : 46);
  const count = Math.min(u16(elf, wide ? 60 : 48), MAX_SECTIONS);
  if (start === 0 || start + count * entry > elf.bytes.length) return undefined;
  const at = (index: number): Section => {
    const place = start + index * entry;
    return {
      name: u32(elf, place),
      type: u32(elf, place + 4),
      offset: word(elf, place + (wide ? 24 : 16)),
      size: word(elf, place + (wide ? 32 : 20)),
    };
  };
  const names = u16(elf, wide ? 62 : 50);
  if (names >= count) return undefined;
  const table = at(names);
  const bytes = Buffer.from(`${wanted}\0`, "latin1");
  for (let index = 0; index < count; index++) {
    const section = at(index);
    const name = table.offset + section.name;
    if (elf.bytes.subarray(name, name + bytes.length).equals(bytes) && section.type !== SHT_NOBITS)
      return elf.bytes.subarray(section.offset, section.offset + section.size);
  }
  return undefined;
}
