// Lets an image's dynamic linker find the libraries that devices bring, as `ldconfig` would in a container that can be written to: by
// links, and by a cache of the linker that holds them beside what the image's own holds. Where no such cache can lie (musl, a root
// that takes changes), by LD_LIBRARY_PATH.

import { posix } from "node:path";
import {
  type CacheEntry,
  EMPTY_CACHE,
  extendLdCache,
  MAX_CACHE_BYTES,
  readLdCache,
  writeLdCache,
} from "../elf/ld-cache.ts";
import type { DeviceEdits } from "./cdi-edits.ts";
import type { DeviceLink } from "./cdi-hooks.ts";
import {
  type AddedLibrary,
  addedLibraries,
  LIBRARY,
  linkRecords,
  MAX_HOPS,
  sonameLinks,
  sourceOf,
} from "./device-links.ts";
import type { ElfLibrary } from "./elf-library.ts";
import type { ImageFiles } from "./image-files.ts";
import type { MountRecord } from "./launch-plan.ts";

/** The linker's cache in a container. */
export const LD_CACHE = "/etc/ld.so.cache";

/** Where the devices go. */
export interface DeviceWorld {
  /** The image; undefined when it cannot be looked into. */
  readonly files: ImageFiles | undefined;
  /** A cache may be laid over the image's: its root takes no changes, so no `ldconfig` can want to write its own. */
  readonly fixedRoot: boolean;
  /** `NAME=VALUE` lines of the image. */
  readonly imageEnv: readonly string[];
  /** Keeps the bytes of a cache in a file; answers its path on the host. */
  keep(cache: Buffer): string;
}

/** What is left to be put into a plan. */
export interface SettledDevices {
  readonly mounts: readonly MountRecord[];
  readonly env: ReadonlyMap<string, string>;
}

/** Settles links and library folders for one image. */
export async function settleDevices(edits: DeviceEdits, world: DeviceWorld): Promise<SettledDevices> {
  const { mounts, env, libraryFolders } = edits;
  if (edits.links.length === 0 && libraryFolders.length === 0) return { mounts, env };
  const added = await addedLibraries(mounts, libraryFolders);
  const links = [...edits.links, ...sonameLinks(added, edits)];
  const records = await linkRecords(links, mounts, world.files);
  if (libraryFolders.length === 0) return { mounts: [...mounts, ...records], env };
  const cache = await newCache(added, links, world);
  if (cache === undefined) {
    const path = ["LD_LIBRARY_PATH", libraryPath(world.imageEnv, libraryFolders)] as const;
    return { mounts: [...mounts, ...records], env: new Map([path, ...env]) };
  }
  const bind: MountRecord = { op: "bind", source: world.keep(cache), target: LD_CACHE, flags: ["ro"] };
  return { mounts: [...mounts, ...records, bind], env };
}

/** The same for a root that is not known yet: files in the place of links, and LD_LIBRARY_PATH. */
export async function libraryPathOnly(edits: DeviceEdits): Promise<SettledDevices> {
  const { mounts, env, libraryFolders } = edits;
  const links = [...edits.links, ...sonameLinks(await addedLibraries(mounts, libraryFolders), edits)];
  const said = new Map(links.map(({ path, to }) => [path, to]));
  const files = [...said.keys()].flatMap((target): MountRecord[] => {
    const source = sourceOf(target, said, mounts);
    return source === undefined ? [] : [{ op: "bind", source, target, flags: ["ro"] }];
  });
  const path = ["LD_LIBRARY_PATH", libraryPath([], libraryFolders)] as const;
  return { mounts: [...mounts, ...files], env: new Map([...(libraryFolders.length > 0 ? [path] : []), ...env]) };
}

async function newCache(
  added: readonly AddedLibrary[],
  links: readonly DeviceLink[],
  { files, fixedRoot }: DeviceWorld,
): Promise<Buffer | undefined> {
  if (!fixedRoot || files === undefined) return undefined;
  const old = await files.readBytes(LD_CACHE, MAX_CACHE_BYTES);
  // One that cannot be read must not be hidden by one that knows less.
  if (old === undefined && (await files.linkText(LD_CACHE)) !== undefined) return undefined;
  // Images of musl have no cache, and would not read one.
  if (old === undefined && (await files.list("/lib")).some((name) => name.startsWith("ld-musl-"))) return undefined;
  const cache = old === undefined ? EMPTY_CACHE : readLdCache(old);
  return cache && writeLdCache(extendLdCache(cache, cacheEntries(added, links)));
}

function cacheEntries(added: readonly AddedLibrary[], links: readonly DeviceLink[]): CacheEntry[] {
  const known = new Map(added.map(({ path, elf }) => [path, elf]));
  const said = new Map(links.map(({ path, to }) => [path, to]));
  const names = new Map<string, CacheEntry>();
  const add = (name: string, path: string, elf: ElfLibrary) => {
    const line = { flags: elf.cacheFlags, name, path, osVersion: 0, hwcap: 0n };
    if (!names.has(`${elf.cacheFlags} ${name}`)) names.set(`${elf.cacheFlags} ${name}`, line);
  };
  const elfAt = (start: string): ElfLibrary | undefined => {
    let path: string | undefined = start;
    for (let hops = 0; path !== undefined && hops < MAX_HOPS; hops += 1) {
      const elf = known.get(path);
      if (elf) return elf;
      const to = said.get(path);
      path = to === undefined ? undefined : posix.resolve(posix.dirname(path), to);
    }
    return undefined;
  };
  for (const { path, elf } of added) {
    const place = elf.soname === undefined ? path : posix.join(posix.dirname(path), elf.soname);
    add(elf.soname ?? posix.basename(path), known.has(place) || said.has(place) ? place : path, elf);
  }
  // Names without a version are for compilers, and for programs that open them.
  for (const path of [...known.keys(), ...said.keys()]) {
    const elf = LIBRARY.test(posix.basename(path)) && /^[\x21-\x7e]+$/.test(path) ? elfAt(path) : undefined;
    if (elf) add(posix.basename(path), path, elf);
  }
  return [...names.values()];
}

function libraryPath(imageEnv: readonly string[], folders: readonly string[]): string {
  const own = imageEnv.findLast((line) => line.startsWith("LD_LIBRARY_PATH="))?.slice("LD_LIBRARY_PATH=".length);
  return [...(own ? [own] : []), ...folders].join(":");
}
