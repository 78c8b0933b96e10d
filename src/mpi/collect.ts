// Which files of the host a container needs to use the host's MPI: its libraries, what they need in turn, and plug-ins that are
// found beside their library. The C library stays the image's: it and the dynamic linker must be of one build.

import { basename, dirname } from "node:path";
import { namesOf } from "./families.ts";
import type { HostMpi } from "./host-mpi.ts";
import { type Loaded, loadProcess, type World } from "./load.ts";
import type { Found, System } from "./system.ts";

/** Parts of glibc. */
const C_LIBRARY =
  /^(ld-linux[\w.-]*|ld64|lib(c|m|dl|pthread|rt|resolv|util|anl|mvec|thread_db|BrokenLocale|nss_\w+|nsl))\.so\.\d+$/;
/** Must match the driver in the kernel: `--nv` and CDI bring them. */
const DRIVER = /^lib(cuda|nvidia-[\w-]+)\.so/;

/** Copies from the memory of another process, which the kernel refuses between containers with user namespaces of their own (docs/mpi.md). */
const OTHERS_MEMORY = /^libuct_cma\./;

/** Libraries that look for plug-ins in a folder beside themselves. */
const PLUG_INS: readonly { readonly library: RegExp; readonly folder: string }[] = [
  { library: /^libucs\.so\./, folder: "ucx" },
  { library: /^libfabric\.so\./, folder: "libfabric" },
];

/** Folders of a prepared folder. */
export const LIBRARIES = "lib";
export const DEPENDENCIES = "deps";

/** A file of the prepared folder. */
export interface CollectedFile {
  /** Within the folder: `deps/libucs.so.0`. */
  readonly path: string;
  readonly from: Found;
  /** Only its folder and links lead to it, not the loader's search. */
  readonly plugIn?: boolean;
}

/** A link of the prepared folder, to a file beside it. */
export interface CollectedLink {
  readonly path: string;
  readonly target: string;
}

/** What is to be brought along. */
export interface Collection {
  readonly files: readonly CollectedFile[];
  readonly links: readonly CollectedLink[];
  /** Needed and nowhere on the host. */
  readonly missing: readonly { readonly library: string; readonly needed: string }[];
  /** Left to the GPU's driver. */
  readonly driver: readonly string[];
}

/** Names of the files of a collection. */
export function namesIn({ files }: Collection): readonly string[] {
  return files.map(({ path }) => basename(path));
}

export interface CollectOptions {
  /** Directories of LD_LIBRARY_PATH. */
  readonly libraryPath: readonly string[];
  /** Libraries that the MPI loads by itself while it runs (absolute paths). */
  readonly also: readonly string[];
}

/** Collects the files of an installation. */
export async function collect(host: System, mpi: HostMpi, options: CollectOptions): Promise<Collection> {
  const world: World = { system: host, over: new Map(), libraryPath: [mpi.directory, ...options.libraryPath] };
  const shelf = new Shelf();
  for (const { file, object, name } of mpi.libraries) {
    const names = namesOf(name);
    const own = object.soname ?? names[0] ?? basename(file.path);
    shelf.put(`${LIBRARIES}/${own}`, file);
    for (const alias of names) shelf.link(`${LIBRARIES}/${alias}`, own);
  }
  for (const { file } of mpi.libraries) await addNeeds(world, shelf, file.path);
  for (const path of options.also) {
    const file = await host.find(path);
    if (file) shelf.put(`${DEPENDENCIES}/${basename(path)}`, file);
    else shelf.missing.set(path, { library: "the command line", needed: path });
    await addNeeds(world, shelf, path);
  }
  await addPlugIns(host, world, shelf);
  return shelf.content();
}

/** What has been put into the folder so far. Each file goes in once. */
class Shelf {
  readonly missing = new Map<string, { readonly library: string; readonly needed: string }>();
  readonly driver = new Set<string>();
  readonly #files = new Map<string, CollectedFile>();
  readonly #links = new Map<string, CollectedLink>();

  put(path: string, from: Found, plugIn = false): void {
    if (!this.#files.has(from.identity)) this.#files.set(from.identity, { path, from, ...(plugIn && { plugIn }) });
    const there = this.#files.get(from.identity)?.path ?? path;
    if (there !== path && dirname(there) === dirname(path)) this.link(path, basename(there));
  }

  link(path: string, target: string): void {
    if (basename(path) !== target) this.#links.set(path, { path, target });
  }

  content(): Collection {
    const files = [...this.#files.values()];
    const taken = new Set(files.map(({ path }) => path));
    const links = [...this.#links.values()].filter(({ path }) => !taken.has(path));
    return { files, links, missing: [...this.missing.values()], driver: [...this.driver] };
  }
}

async function addNeeds(world: World, shelf: Shelf, path: string): Promise<void> {
  const process = await loadProcess(world, path);
  if (!process) return;
  const [first, ...others] = process.loaded;
  // What only the C library or a driver needs is their own affair.
  const wanted = new Set<Loaded>(first ? [first] : []);
  for (const one of others) {
    const name = nameOf(one);
    if (DRIVER.test(name)) shelf.driver.add(name);
    if (C_LIBRARY.test(name) || DRIVER.test(name) || !(one.loader && wanted.has(one.loader))) continue;
    wanted.add(one);
    for (const asked of one.names) if (!asked.includes("/")) shelf.put(`${DEPENDENCIES}/${asked}`, one.file);
  }
  for (const { name, by } of process.missing) {
    if (DRIVER.test(name)) shelf.driver.add(name);
    else if (wanted.has(by)) shelf.missing.set(name, { library: by.path, needed: name });
  }
}

function nameOf({ head, path }: Loaded): string {
  return head.soname ?? basename(path);
}

async function addPlugIns(host: System, world: World, shelf: Shelf): Promise<void> {
  for (const { path, from } of shelf.content().files) {
    const kind = PLUG_INS.find(({ library }) => library.test(basename(path)));
    if (!kind) continue;
    const folder = `${dirname(from.path)}/${kind.folder}`;
    for (const name of await host.list(folder)) {
      const wanted = /\.so(\.[\d.]+)?$/.test(name) && !OTHERS_MEMORY.test(name);
      const file = wanted ? await host.find(`${folder}/${name}`) : undefined;
      if (!file) continue;
      shelf.put(`${DEPENDENCIES}/${kind.folder}/${name}`, file, true);
      await addNeeds(world, shelf, file.path);
    }
  }
}
