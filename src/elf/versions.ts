// Versions of symbols: those that an object needs of others and those that it defines (Linux Standard Base, symbol versioning).

import { type Dynamic, entryValue, TAG } from "./dynamic.ts";
import { type ElfHeader, offsetOf } from "./header.ts";
import type { ElfSource } from "./source.ts";

const MAX_RECORDS = 65_536;
const NEED_BYTES = 16;
const DEFINITION_BYTES = 20;
const DEFINITION_NAME_BYTES = 8;
const WEAK = 2;
const BASE = 1;

/** Versions that an object needs of one library. */
export interface VersionNeed {
  /** The library's name as it is in the list of needed ones. */
  readonly library: string;
  readonly versions: readonly { readonly name: string; readonly index: number; readonly weak: boolean }[];
}

/** A version that an object defines. */
export interface VersionDefinition {
  readonly name: string;
  readonly index: number;
}

export interface Versions {
  readonly needs: readonly VersionNeed[];
  /** Without the one that only repeats the object's own name. */
  readonly defines: readonly VersionDefinition[];
}

/** Gives the string at an offset of the table. @throws E_ELF_DAMAGED */
export type Name = (offset: number) => string;

/** @throws E_ELF_DAMAGED */
export async function readVersions(elf: ElfSource, header: ElfHeader, dynamic: Dynamic, name: Name): Promise<Versions> {
  const budget = new Budget(elf);
  const at = (tag: number): number | undefined => {
    const address = entryValue(dynamic.entries, tag);
    return address === undefined ? undefined : offsetOf(elf, header, address);
  };
  const [needs, defines] = [at(TAG.verneed), at(TAG.verdef)];
  return {
    needs:
      needs === undefined
        ? []
        : await readNeeds(elf, needs, entryValue(dynamic.entries, TAG.verneednum) ?? 0, name, budget),
    defines:
      defines === undefined
        ? []
        : await readDefinitions(elf, defines, entryValue(dynamic.entries, TAG.verdefnum) ?? 0, name, budget),
  };
}

/** Records of both lists together; their counts and steps come from the file and may lead in circles. */
class Budget {
  #left = MAX_RECORDS;
  readonly #elf: ElfSource;

  constructor(elf: ElfSource) {
    this.#elf = elf;
  }

  take(): void {
    this.#left -= 1;
    if (this.#left < 0) throw this.#elf.damaged("its lists of versions have no end");
  }
}

async function readNeeds(
  elf: ElfSource,
  start: number,
  count: number,
  name: Name,
  budget: Budget,
): Promise<VersionNeed[]> {
  const needs: VersionNeed[] = [];
  for (let at = start, left = count; left > 0; left -= 1) {
    budget.take();
    const record = await elf.read(at, NEED_BYTES);
    const versions: VersionNeed["versions"][number][] = [];
    let part = at + record.u32(8);
    for (let parts = record.u16(2); parts > 0; parts -= 1) {
      budget.take();
      const one = await elf.read(part, NEED_BYTES);
      versions.push({ name: name(one.u32(8)), index: one.u16(6) & 0x7fff, weak: (one.u16(4) & WEAK) !== 0 });
      if (one.u32(12) === 0) break;
      part += one.u32(12);
    }
    needs.push({ library: name(record.u32(4)), versions });
    if (record.u32(12) === 0) break;
    at += record.u32(12);
  }
  return needs;
}

async function readDefinitions(
  elf: ElfSource,
  start: number,
  count: number,
  name: Name,
  budget: Budget,
): Promise<VersionDefinition[]> {
  const found: VersionDefinition[] = [];
  for (let at = start, left = count; left > 0; left -= 1) {
    budget.take();
    const record = await elf.read(at, DEFINITION_BYTES);
    // The first name is the version's own; those behind it are its ancestors.
    const own = await elf.read(at + record.u32(12), DEFINITION_NAME_BYTES);
    if ((record.u16(2) & BASE) === 0) found.push({ name: name(own.u32(0)), index: record.u16(4) & 0x7fff });
    if (record.u32(16) === 0) break;
    at += record.u32(16);
  }
  return found;
}
