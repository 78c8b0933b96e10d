// What happens to a program of an image when a module brings the host's MPI: the loader's work is followed with and without the
// module, and what is worse with it is written down. Judges nothing.

import { basename } from "node:path";
import type { DynamicSymbol } from "../elf/index.ts";
import { isMpiSymbol, mpiName } from "./families.ts";
import type { MpiUser } from "./image-mpi.ts";
import { type Loaded, loadProcess, type Process, type World } from "./load.ts";

/** A library that one object needs and another must bring. */
export interface Need {
  readonly by: string;
  readonly library: string;
}

/** A version of symbols that is needed and not there. */
export interface VersionGap extends Need {
  readonly version: string;
  /** Where the library comes from that lacks it. */
  readonly from: "image" | "host";
}

/** A constant that the program has copied in another size. */
export interface SizeGap {
  readonly symbol: string;
  readonly program: number;
  readonly host: number;
}

/** What the module changes for one program. */
export interface Swap {
  readonly path: string;
  /** Libraries of MPI that would still be the image's, and whether a DT_RPATH is why. */
  readonly kept: readonly { readonly path: string; readonly core: boolean; readonly byRpath: boolean }[];
  /** The host's core library is loaded. */
  readonly takesHost: boolean;
  readonly missing: readonly Need[];
  readonly versions: readonly VersionGap[];
  /** Symbols of MPI that the program and the image's libraries use and that nothing offers. */
  readonly symbols: readonly string[];
  /** How many they use. */
  readonly used: number;
  /** Symbols that the host's libraries use, and that are there on the host but not in the image. */
  readonly hostSymbols: readonly { readonly by: string; readonly symbol: string }[];
  readonly sizes: readonly SizeGap[];
}

/** The image as it is, with the module, and the host's core library on the host. */
export interface Worlds {
  readonly plain: World;
  readonly swapped: World;
  readonly onHost: Process;
}

/** Follows the loader; undefined for what cannot be loaded at all. */
export async function trySwap(worlds: Worlds, user: MpiUser): Promise<Swap | undefined> {
  const before = await loadProcess(worlds.plain, user.file.path);
  const after = await loadProcess(worlds.swapped, user.file.path);
  if (!before || !after) return undefined;
  const image = worlds.plain.system;
  const isHost = ({ system }: Loaded): boolean => system !== image;
  const used = mpiSymbolsUsed(before, after, isHost);
  const offered = exportsOf(after.loaded);
  return {
    path: user.file.path,
    kept: after.loaded
      .filter((one) => !isHost(one) && isMpi(one))
      .map((one) => ({ path: one.path, core: roleOf(one) === "core", byRpath: byRpath(one) })),
    takesHost: after.loaded.some((one) => isHost(one) && roleOf(one) === "core"),
    missing: without(missingOf(after), missingOf(before)),
    versions: without(versionGaps(after, isHost), versionGaps(before, isHost)),
    symbols: [...used].filter((name) => !offered.has(name)),
    used: used.size,
    hostSymbols: hostSymbolGaps(after, worlds.onHost, offered, isHost),
    sizes: sizeGaps(before, after, isHost),
  };
}

function roleOf({ head, path }: Loaded): string | undefined {
  return mpiName(head.soname ?? basename(path))?.role;
}

function isMpi(one: Loaded): boolean {
  return roleOf(one) !== undefined;
}

// The path of the module comes first in LD_LIBRARY_PATH: only DT_RPATH, or a path in the name, is stronger.
function byRpath({ loader }: Loaded): boolean {
  for (let one = loader; one !== undefined; one = one.loader)
    if (one.head.rpath !== undefined && one.head.runpath === undefined) return true;
  return false;
}

function missingOf({ missing }: Process): Need[] {
  return missing.map(({ name, by }) => ({ by: by.path, library: name }));
}

function versionGaps({ loaded }: Process, isHost: (one: Loaded) => boolean): VersionGap[] {
  return loaded.flatMap(({ path, head }) =>
    head.needs.flatMap(({ library, versions }) => {
      const provider = loaded.find(({ names }) => names.has(library));
      // The loader only warns of a library that has no versions at all.
      if (!provider || provider.head.defines.length === 0) return [];
      const defined = new Set(provider.head.defines.map(({ name }) => name));
      return versions
        .filter(({ name, weak }) => !weak && !defined.has(name))
        .map(({ name }) => ({ by: path, library, version: name, from: isHost(provider) ? "host" : "image" }) as const);
    }),
  );
}

function mpiSymbolsUsed(before: Process, after: Process, isHost: (one: Loaded) => boolean): Set<string> {
  const own = before.loaded.filter(isMpi);
  const known = exportsOf(own);
  // An image may carry no MPI of its own, since its makers count on the host's.
  const counts = own.length > 0 ? (name: string) => known.has(name) : isMpiSymbol;
  const users = after.loaded.filter((one) => !isHost(one));
  return new Set(users.flatMap(({ head }) => strong(head.imports).filter(counts)));
}

function strong(symbols: readonly DynamicSymbol[]): string[] {
  return symbols.flatMap(({ name, weak }) => (weak ? [] : [name]));
}

function exportsOf(objects: readonly Loaded[]): Set<string> {
  return new Set(objects.flatMap(({ head }) => head.exports.map(({ name }) => name)));
}

function hostSymbolGaps(
  after: Process,
  onHost: Process,
  offered: ReadonlySet<string>,
  isHost: (one: Loaded) => boolean,
) {
  const there = exportsOf(onHost.loaded);
  return after.loaded.filter(isHost).flatMap(({ path, head }) =>
    strong(head.imports)
      .filter((symbol) => !offered.has(symbol) && there.has(symbol))
      .map((symbol) => ({ by: path, symbol })),
  );
}

// A program that is linked to fixed addresses holds a copy of the library's data, in the size of the library it was built with.
function sizeGaps(before: Process, after: Process, isHost: (one: Loaded) => boolean): SizeGap[] {
  const copied = new Map(
    (before.loaded[0]?.head.exports ?? []).filter(({ data }) => data).map((one) => [one.name, one]),
  );
  const own = exportsOf(before.loaded.slice(1).filter(isMpi));
  return after.loaded
    .filter((one) => isHost(one) && isMpi(one))
    .flatMap(({ head }) => head.exports)
    .flatMap(({ name, data, size }) => {
      const copy = copied.get(name);
      return data && copy && own.has(name) && copy.size !== size
        ? [{ symbol: name, program: copy.size, host: size }]
        : [];
    });
}

// What is wrong without the module too is not the module's fault.
function without<T extends Need>(after: readonly T[], before: readonly T[]): T[] {
  const known = new Set(before.map((one) => JSON.stringify(one)));
  return after.filter((one) => !known.has(JSON.stringify(one)));
}
