// The dynamic section: what the loader is told of an object. Run paths and names are kept as they are written.

import { type ElfHeader, offsetOf } from "./header.ts";
import type { ElfSource } from "./source.ts";

const MAX_ENTRIES = 65_536;
const MAX_NAME = 65_536;
/** Libraries that one object may need: entries may all mean one name of a small file, and each is looked for in many places. */
const MAX_NEEDED = 4_096;
const MAX_NEEDED_TEXT = 256 * 1024;
const FIRST_LOOK = 256;

/** Tags of the entries that are read here. */
export const TAG = {
  needed: 1,
  hash: 4,
  strtab: 5,
  symtab: 6,
  strsz: 10,
  soname: 14,
  rpath: 15,
  runpath: 29,
  versym: 0x6ffffff0,
  verdef: 0x6ffffffc,
  verdefnum: 0x6ffffffd,
  verneed: 0x6ffffffe,
  verneednum: 0x6fffffff,
} as const;

/** Tags whose value is a place in the table of names; those behind the first two are auditing and filters. */
export const NAME_TAGS: ReadonlySet<number> = new Set([
  ...[TAG.needed, TAG.soname, 0x7ffffffd, 0x7fffffff, 0x6ffffefa, 0x6ffffefb, 0x6ffffefc],
]);

/** One entry, and where it lies. */
export interface DynamicEntry {
  readonly tag: number;
  readonly value: number;
  /** Position in the file. */
  readonly at: number;
}

/** Names that objects have and look for. */
export interface Dynamic {
  /** Up to the first null entry. */
  readonly entries: readonly DynamicEntry[];
  /** Position and size of the string table in the file. */
  readonly strings: { readonly offset: number; readonly size: number };
  readonly soname: string | undefined;
  readonly needed: readonly string[];
  /** DT_RPATH: searched before LD_LIBRARY_PATH, and left out when there is a run path. */
  readonly rpath: string | undefined;
  /** DT_RUNPATH: searched after LD_LIBRARY_PATH. */
  readonly runpath: string | undefined;
}

/** Undefined for what is linked statically. @throws E_ELF_DAMAGED */
export async function readDynamic(elf: ElfSource, header: ElfHeader): Promise<Dynamic | undefined> {
  const entries = await readEntries(elf, header);
  if (entries === undefined) return undefined;
  const address = entryValue(entries, TAG.strtab);
  const strings =
    address === undefined
      ? { offset: 0, size: 0 }
      : { offset: offsetOf(elf, header, address), size: entryValue(entries, TAG.strsz) ?? 0 };
  const name = (offset: number | undefined) =>
    offset === undefined ? undefined : nameAt(elf, strings.offset, strings.size, offset);
  const needs = entries.filter(({ tag }) => tag === TAG.needed);
  if (needs.length > MAX_NEEDED) throw elf.damaged(`it claims to need ${needs.length} libraries`);
  const needed: string[] = [];
  let left = MAX_NEEDED_TEXT;
  for (const { value } of needs) {
    const library = await nameAt(elf, strings.offset, strings.size, value);
    left -= library.length;
    if (left < 0) throw elf.damaged("the names of the libraries it needs are longer than any program's");
    needed.push(library);
  }
  return {
    ...{ entries, strings, needed },
    soname: await name(entryValue(entries, TAG.soname)),
    rpath: await name(entryValue(entries, TAG.rpath)),
    runpath: await name(entryValue(entries, TAG.runpath)),
  };
}

/** The value of the first entry with a tag. */
export function entryValue(entries: readonly DynamicEntry[], tag: number): number | undefined {
  return entries.find((entry) => entry.tag === tag)?.value;
}

async function readEntries(elf: ElfSource, { dynamic }: ElfHeader): Promise<readonly DynamicEntry[] | undefined> {
  if (dynamic === undefined) return undefined;
  const half = elf.encoding.bits / 8;
  const count = Math.floor(dynamic.size / (2 * half));
  if (count > MAX_ENTRIES) throw elf.damaged(`its dynamic section claims ${count} entries`);
  const table = await elf.read(dynamic.offset, count * 2 * half);
  const entries: DynamicEntry[] = [];
  for (let at = 0; at < count * 2 * half; at += 2 * half) {
    const tag = tagAt(table, at, half);
    if (tag === 0) break;
    // Only the tags that are understood have values that must make sense.
    if (KNOWN.has(tag)) entries.push({ tag, value: table.word(at + half), at: dynamic.offset + at });
    else entries.push({ tag, value: 0, at: dynamic.offset + at });
  }
  return entries;
}

const KNOWN: ReadonlySet<number> = new Set([...Object.values(TAG), ...NAME_TAGS]);

// A tag above 32 bits is nobody's; it must not end the reading.
function tagAt(table: { readonly bytes: Buffer; u32(at: number): number }, at: number, half: number): number {
  if (half === 4) return table.u32(at);
  const [low, high] = [table.u32(at), table.u32(at + 4)];
  return Math.min(low, high) === 0 ? Math.max(low, high) : Number.MAX_SAFE_INTEGER;
}

/** A string of the table that begins at `table`. @throws E_ELF_DAMAGED */
async function nameAt(elf: ElfSource, table: number, size: number, offset: number): Promise<string> {
  if (offset >= size) throw elf.damaged(`a name lies at ${offset}, outside its table`);
  for (let length = FIRST_LOOK; ; length *= 4) {
    const wanted = Math.min(length, size - offset);
    const bytes = await elf.readUpTo(table + offset, wanted);
    const end = bytes.indexOf(0);
    if (end >= 0) return bytes.toString("utf8", 0, end);
    if (length >= MAX_NAME || bytes.length < length) throw elf.damaged("one of its names has no end");
  }
}
