// The door of the ELF reader. Programs and libraries of images are untrusted: counts, positions and names are bounded, and a
// damaged file ends in E_ELF_DAMAGED. Knows nothing of MPI.

import type { RandomFile } from "../image/squashfs-reader/index.ts";
import { type Dynamic, NAME_TAGS, readDynamic } from "./dynamic.ts";
import { type ElfHeader, offsetOf, openElf, readHeader } from "./header.ts";
import type { Bits, ElfSource } from "./source.ts";
import { readSymbols, type Symbols } from "./symbols.ts";
import { type Name, readVersions, type Versions } from "./versions.ts";

export { readWhatIsThere } from "./source.ts";
export type { DynamicSymbol, Symbols } from "./symbols.ts";
export type { VersionNeed, Versions } from "./versions.ts";

const MAX_STRINGS = 64 * 1024 * 1024;
/** Bytes of all names together: several may share an end, so that a table of megabytes could stand for terabytes. */
const MAX_NAMES = 128 * 1024 * 1024;
const MAX_TEXT = 4096;

/** What a look at the beginning tells: enough to find the libraries of a program. */
export interface ElfHead {
  readonly bits: Bits;
  readonly little: boolean;
  /** 2: a program at fixed addresses; 3: a library, or a program that may lie anywhere (e_type). */
  readonly type: number;
  /** Architecture number (e_machine). */
  readonly machine: number;
  readonly interpreter: string | undefined;
  readonly soname: string | undefined;
  readonly needed: readonly string[];
  readonly rpath: string | undefined;
  readonly runpath: string | undefined;
}

/** The head, and what is exchanged with other objects. */
export interface ElfObject extends ElfHead, Symbols, Versions {}

/** Undefined for what is no ELF file or is linked statically. @throws E_ELF_DAMAGED */
export async function readElfHead(file: RandomFile, path: string): Promise<ElfHead | undefined> {
  const opened = await open(file, path);
  return opened && headOf(opened);
}

/** The same with symbols and versions. @throws E_ELF_DAMAGED */
export async function readElf(file: RandomFile, path: string): Promise<ElfObject | undefined> {
  const opened = await open(file, path);
  if (!opened) return undefined;
  const { elf, header, dynamic } = opened;
  const name = await nameReader(elf, dynamic);
  const versions = await readVersions(elf, header, dynamic, name);
  return { ...headOf(opened), ...versions, ...(await readSymbols(elf, header, dynamic, versions, name)) };
}

/** The text that a constant at an address holds, up to its NUL or 4096 bytes; undefined when nothing is loaded there. */
export async function readTextAt(file: RandomFile, path: string, address: number): Promise<string | undefined> {
  const opened = await open(file, path);
  const loaded = opened?.header.loads.some((load) => address >= load.address && address < load.address + load.size);
  if (!opened || !loaded) return undefined;
  const bytes = await opened.elf.readUpTo(offsetOf(opened.elf, opened.header, address), MAX_TEXT);
  const end = bytes.indexOf(0);
  return end < 0 ? undefined : bytes.toString("utf8", 0, end);
}

/** What has been opened, for what changes a file. */
export interface OpenedElf {
  readonly elf: ElfSource;
  readonly header: ElfHeader;
  readonly dynamic: Dynamic;
}

/** Undefined for what is no ELF file or is linked statically. @throws E_ELF_DAMAGED */
export async function open(file: RandomFile, path: string): Promise<OpenedElf | undefined> {
  const elf = await openElf(file, path);
  if (!elf) return undefined;
  const header = await readHeader(elf);
  const dynamic = await readDynamic(elf, header);
  return dynamic && { elf, header, dynamic };
}

function headOf({ elf, header, dynamic }: OpenedElf): ElfHead {
  const { soname, needed, rpath, runpath } = dynamic;
  const { type, machine, interpreter } = header;
  return { ...elf.encoding, type, machine, interpreter, soname, needed, rpath, runpath };
}

/** Offsets of all names that an object refers to in its table. @throws E_ELF_DAMAGED */
export async function namesInUse({ elf, header, dynamic }: OpenedElf): Promise<ReadonlySet<number>> {
  const read = await nameReader(elf, dynamic);
  const used = new Set<number>();
  const name: Name = (offset) => {
    used.add(offset);
    return read(offset);
  };
  await readSymbols(elf, header, dynamic, await readVersions(elf, header, dynamic, name), name);
  for (const { tag, value } of dynamic.entries) if (NAME_TAGS.has(tag)) used.add(value);
  return used;
}

async function nameReader(elf: ElfSource, { strings }: Dynamic): Promise<Name> {
  if (strings.size > MAX_STRINGS) throw elf.damaged(`its names claim ${strings.size} bytes`);
  const { bytes } = await elf.read(strings.offset, strings.size);
  let left = MAX_NAMES;
  return (offset) => {
    const end = bytes.indexOf(0, offset);
    if (offset >= bytes.length || end < 0) throw elf.damaged(`a name lies at ${offset}, outside its table`);
    left -= end - offset;
    if (left < 0) throw elf.damaged("its names are longer than any program's");
    return bytes.toString("utf8", offset, end);
  };
}
