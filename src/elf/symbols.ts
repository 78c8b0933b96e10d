// Dynamic symbols: what an object takes from others and what it offers them, each with its version.

import { type Dynamic, entryValue, TAG } from "./dynamic.ts";
import { type ElfHeader, offsetOf, symbolTableSize } from "./header.ts";
import type { ElfSource, Fields } from "./source.ts";
import type { Name, Versions } from "./versions.ts";

const MAX_SYMBOLS = 2 ** 20;
/** Sizes of a record, and places of its fields: name, info, section, value, size. */
const SHAPES = {
  32: { bytes: 16, info: 12, section: 14, value: 4, size: 8 },
  64: { bytes: 24, info: 4, section: 6, value: 8, size: 16 },
} as const;

const LOCAL = 0;
const WEAK = 2;
const TYPE_OBJECT = 1;
const HIDDEN_VERSION = 0x8000;

/** One dynamic symbol. */
export interface DynamicSymbol {
  readonly name: string;
  /** Version needed, or in which it is defined. */
  readonly version: string | undefined;
  /** Data, not code. */
  readonly data: boolean;
  /** Need not be found. */
  readonly weak: boolean;
  /** Bytes; of meaning for data. */
  readonly size: number;
  /** Address; of meaning for what is offered. */
  readonly value: number;
}

export interface Symbols {
  readonly imports: readonly DynamicSymbol[];
  readonly exports: readonly DynamicSymbol[];
}

/** @throws E_ELF_DAMAGED */
export async function readSymbols(
  elf: ElfSource,
  header: ElfHeader,
  dynamic: Dynamic,
  versions: Versions,
  name: Name,
): Promise<Symbols> {
  const address = entryValue(dynamic.entries, TAG.symtab);
  if (address === undefined) return { imports: [], exports: [] };
  const start = offsetOf(elf, header, address);
  const shape = SHAPES[elf.encoding.bits];
  const count = await countSymbols(elf, header, dynamic, start);
  const table = await elf.read(start, count * shape.bytes);
  const versionOf = await versionReader(elf, header, dynamic, versions, count);
  const imports: DynamicSymbol[] = [];
  const exports: DynamicSymbol[] = [];
  for (let index = 1; index < count; index += 1) {
    const at = index * shape.bytes;
    const info = table.bytes[at + shape.info] ?? 0;
    // Local ones are of no use here, but who changes the table of names must know of all.
    const own = name(table.u32(at));
    if (info >> 4 === LOCAL) continue;
    const symbol = {
      name: own,
      version: versionOf(index),
      data: (info & 15) === TYPE_OBJECT,
      weak: info >> 4 === WEAK,
      size: table.word(at + shape.size),
      value: valueAt(table, at + shape.value),
    };
    (table.u16(at + shape.section) === 0 ? imports : exports).push(symbol);
  }
  return { imports, exports };
}

// Absolute symbols of some linkers hold anything.
function valueAt(table: Fields, at: number): number {
  try {
    return table.word(at);
  } catch {
    return 0;
  }
}

// The loader itself never needs the number, so no entry tells it: the section headers do, or the old hash table, or else the
// strings that all linkers put right behind.
async function countSymbols(elf: ElfSource, header: ElfHeader, dynamic: Dynamic, start: number): Promise<number> {
  const { bytes } = SHAPES[elf.encoding.bits];
  const listed = await symbolTableSize(elf, header, start);
  const hash = entryValue(dynamic.entries, TAG.hash);
  const count =
    listed !== undefined
      ? Math.floor(listed / bytes)
      : hash !== undefined
        ? (await elf.read(offsetOf(elf, header, hash), 8)).u32(4)
        : Math.floor(Math.max(0, dynamic.strings.offset - start) / bytes);
  if (count > MAX_SYMBOLS) throw elf.damaged(`it claims ${count} symbols`);
  return count;
}

async function versionReader(
  elf: ElfSource,
  header: ElfHeader,
  { entries }: Dynamic,
  { needs, defines }: Versions,
  count: number,
): Promise<(index: number) => string | undefined> {
  const address = entryValue(entries, TAG.versym);
  if (address === undefined) return () => undefined;
  const table = await elf.read(offsetOf(elf, header, address), count * 2);
  const names = new Map<number, string>();
  for (const { index, name } of [...needs.flatMap(({ versions }) => versions), ...defines]) names.set(index, name);
  return (index) => names.get(table.u16(index * 2) & ~HIDDEN_VERSION);
}
