// Header and program headers of an ELF file (System V gABI, chapters 4 and 5): what it is for and where its parts are loaded.

import type { RandomFile } from "../image/squashfs-reader/index.ts";
import { type ElfSource, type Encoding, elfSource, type Fields } from "./source.ts";

const MAGIC = Buffer.from("\x7fELF", "latin1");
const IDENT_BYTES = 16;
const MAX_SEGMENTS = 4096;
/** Bytes of a program or section header; they are 32 to 64 in every file there is. */
const MAX_ENTRY = 256;
const MAX_INTERPRETER = 4096;

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const SHT_DYNSYM = 11;

/** A part of the file that is loaded at an address. */
export interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  /** Bytes in the file. */
  readonly size: number;
}

/** What the header says. */
export interface ElfHeader {
  /** What it is (e_type): 2 a program at fixed addresses, 3 a library or a program that may lie anywhere. */
  readonly type: number;
  /** Architecture number (e_machine): 62 is x86-64, 183 AArch64. */
  readonly machine: number;
  readonly loads: readonly Segment[];
  readonly dynamic: Segment | undefined;
  /** The program interpreter; programs have one, most libraries do not. */
  readonly interpreter: string | undefined;
  /** Position and number of the section headers. */
  readonly sections: { readonly offset: number; readonly count: number; readonly entrySize: number };
}

/** Places of fields in the structures of both widths. */
const SHAPES = {
  32: { header: 52, phoff: 28, shoff: 32, phentsize: 42, segment: 32, p: [4, 8, 16], section: 40, s: [4, 12, 16, 20] },
  64: { header: 64, phoff: 32, shoff: 40, phentsize: 54, segment: 56, p: [8, 16, 32], section: 64, s: [4, 16, 24, 32] },
} as const;

/** Opens what may be an ELF file; undefined when it is none. @throws E_ELF_DAMAGED */
export async function openElf(file: RandomFile, path: string): Promise<ElfSource | undefined> {
  const { size } = await file.stat();
  const ident = Buffer.alloc(IDENT_BYTES);
  const { bytesRead } = await file.read(ident, 0, IDENT_BYTES, 0);
  if (bytesRead < IDENT_BYTES || !ident.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const encoding = encodingOf(ident[4], ident[5]);
  return encoding && elfSource(file, path, Number(size), encoding);
}

// Neither of the two: made for no machine there is, and for no loader.
function encodingOf(width: number | undefined, order: number | undefined): Encoding | undefined {
  if ((width !== 1 && width !== 2) || (order !== 1 && order !== 2)) return undefined;
  return { bits: width === 1 ? 32 : 64, little: order === 1 };
}

/** @throws E_ELF_DAMAGED */
export async function readHeader(elf: ElfSource): Promise<ElfHeader> {
  const shape = SHAPES[elf.encoding.bits];
  const head = await elf.read(0, shape.header);
  const segments = await readSegments(elf, head);
  const interpreter = segments.find(({ type }) => type === PT_INTERP);
  return {
    type: head.u16(16),
    machine: head.u16(18),
    loads: segments.filter(({ type }) => type === PT_LOAD),
    dynamic: segments.find(({ type }) => type === PT_DYNAMIC),
    interpreter: interpreter && (await readInterpreter(elf, interpreter)),
    sections: {
      offset: head.word(shape.shoff),
      entrySize: head.u16(shape.phentsize + 4),
      count: head.u16(shape.phentsize + 6),
    },
  };
}

async function readSegments(elf: ElfSource, head: Fields): Promise<Segment[]> {
  const { phoff, phentsize, segment, p } = SHAPES[elf.encoding.bits];
  const count = head.u16(phentsize + 2);
  const entrySize = head.u16(phentsize);
  if (count === 0) return [];
  if (count > MAX_SEGMENTS || entrySize < segment || entrySize > MAX_ENTRY)
    throw elf.damaged(`it claims ${count} segments of ${entrySize} bytes`);
  const table = await elf.read(head.word(phoff), count * entrySize);
  return Array.from({ length: count }, (_, index) => {
    const at = index * entrySize;
    const [offset, address, size] = p.map((place) => table.word(at + place)) as [number, number, number];
    return { type: table.u32(at), offset, address, size };
  });
}

async function readInterpreter(elf: ElfSource, { offset, size }: Segment): Promise<string> {
  if (size > MAX_INTERPRETER) throw elf.damaged("the name of its interpreter is too long");
  const { bytes } = await elf.read(offset, size);
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? size : end);
}

/** Where the byte of an address lies in the file. @throws E_ELF_DAMAGED when it is loaded from nowhere */
export function offsetOf(elf: ElfSource, { loads }: ElfHeader, address: number): number {
  const segment = loads.find((load) => address >= load.address && address < load.address + load.size);
  if (!segment) throw elf.damaged(`nothing is loaded at its address ${address}`);
  return segment.offset + (address - segment.address);
}

/** Bytes of the table of dynamic symbols as the section headers tell it; undefined without them. */
export async function symbolTableSize(elf: ElfSource, header: ElfHeader, offset: number): Promise<number | undefined> {
  const { section, s } = SHAPES[elf.encoding.bits];
  const { offset: start, count, entrySize } = header.sections;
  if (count === 0 || entrySize < section || entrySize > MAX_ENTRY || start + count * entrySize > elf.size)
    return undefined;
  const table = await elf.read(start, count * entrySize);
  for (let at = 0; at < count * entrySize; at += entrySize) {
    const [type, , place, size] = s;
    if (table.u32(at + type) === SHT_DYNSYM && table.word(at + place) === offset) return table.word(at + size);
  }
  return undefined;
}
