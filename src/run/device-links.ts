// The libraries that devices bring, and the links to them: those that vendors ask for, and those that bear the libraries' sonames, which
// ldconfig would make in passing.

import { readdirSync } from "node:fs";
import { posix } from "node:path";
import type { DeviceEdits } from "./cdi-edits.ts";
import type { DeviceLink } from "./cdi-hooks.ts";
import { type ElfLibrary, elfLibraryAt } from "./elf-library.ts";
import type { ImageFiles } from "./image-files.ts";
import type { MountRecord } from "./launch-plan.ts";

/** A library that is added. */
export interface AddedLibrary {
  /** Path in the container. */
  readonly path: string;
  readonly elf: ElfLibrary;
}

/** What a library's file is called. */
export const LIBRARY = /^(lib|ld-).*\.so(\.|$)/;
const MAX_LIBRARIES = 10_000;
/** Links after which a way is given up. */
export const MAX_HOPS = 16;

/** The libraries of the mounts that lie in these folders of the container. */
export async function addedLibraries(
  mounts: readonly MountRecord[],
  folders: readonly string[],
): Promise<AddedLibrary[]> {
  const found = new Map<string, AddedLibrary>();
  const add = async (source: string, path: string) => {
    const isOne = LIBRARY.test(posix.basename(path)) && found.size < MAX_LIBRARIES;
    const elf = isOne ? await elfLibraryAt(source) : undefined;
    if (elf) found.set(path, { path, elf });
  };
  for (const mount of mounts) {
    if (mount.op !== "bind" || mount.flags.includes("dev")) continue;
    if (folders.includes(posix.dirname(mount.target))) await add(mount.source, mount.target);
    for (const folder of folders.filter((one) => `${one}/`.startsWith(`${mount.target}/`))) {
      const dir = mount.source + folder.slice(mount.target.length);
      for (const name of namesIn(dir)) await add(`${dir}/${name}`, `${folder}/${name}`);
    }
  }
  return [...found.values()];
}

/** Links with the sonames of the libraries, where nothing bears them: vendors' links lead to them. */
export function sonameLinks(added: readonly AddedLibrary[], { mounts, links }: DeviceEdits): DeviceLink[] {
  const taken = new Set([...mounts.map(({ target }) => target), ...links.map(({ path }) => path)]);
  for (const { path } of added) taken.add(path);
  const inTree = (path: string) => mounts.some(({ target }) => path.startsWith(`${target}/`));
  return added.flatMap(({ path, elf }): DeviceLink[] => {
    const place = elf.soname === undefined ? path : posix.join(posix.dirname(path), elf.soname);
    if (taken.has(place) || inTree(place)) return [];
    taken.add(place);
    return [{ path: place, to: posix.basename(path) }];
  });
}

/** The records for links. What the image has under a link's name cannot be taken away: the file that is meant is laid over it. */
export async function linkRecords(
  links: readonly DeviceLink[],
  mounts: readonly MountRecord[],
  files: ImageFiles | undefined,
): Promise<MountRecord[]> {
  const said = new Map(links.map(({ path, to }) => [path, to]));
  const records: MountRecord[] = [];
  for (const [path, to] of said) {
    const there = await files?.linkText(path);
    const source = there === undefined || there === to ? undefined : sourceOf(path, said, mounts);
    if (source !== undefined) records.push({ op: "bind", source, target: path, flags: ["ro"] });
    else records.push({ op: "link", target: path, to });
  }
  return records;
}

/** The file of the host to which a path of the container leads by way of the links; undefined when it is none of the mounts'. */
export function sourceOf(
  start: string,
  links: ReadonlyMap<string, string>,
  mounts: readonly MountRecord[],
): string | undefined {
  let path = start;
  for (let hops = 0; hops < MAX_HOPS; hops += 1) {
    const mount = mounts.find(({ op, target }) => op === "bind" && `${path}/`.startsWith(`${target}/`));
    if (mount?.op === "bind") return mount.source + path.slice(mount.target.length);
    const to = links.get(path);
    if (to === undefined) return undefined;
    path = posix.resolve(posix.dirname(path), to);
  }
  return undefined;
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir).slice(0, MAX_LIBRARIES);
  } catch {
    return [];
  }
}
