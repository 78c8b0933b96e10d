// What the loader would do with a program: which libraries it loads from where, breadth first, without running anything. A
// world is a system over which files of another may be laid, as a module lays the host's libraries over an image.

import { normalize } from "node:path";
import type { ElfObject } from "../elf/index.ts";
import { placesAfterCache, placesBeforeCache, type Seeker } from "./search.ts";
import type { Found, System } from "./system.ts";

const MAX_LOADED = 2000;

/** A file of another system that appears at a path of this one. */
export interface LaidOver {
  readonly system: System;
  readonly file: Found;
  /** The run path it will have there; what the file says when left out. */
  readonly rpath?: string | undefined;
  /** It will have no other run path than `rpath`. */
  readonly rewritten?: boolean;
}

/** What a process sees. */
export interface World {
  readonly system: System;
  /** By absolute path. */
  readonly over: ReadonlyMap<string, LaidOver>;
  /** LD_LIBRARY_PATH. */
  readonly libraryPath: readonly string[];
}

/** An object of a process. */
export interface Loaded extends Seeker {
  readonly system: System;
  readonly file: Found;
  readonly head: ElfObject;
  /** Names by which it was asked for, and its own. */
  readonly names: Set<string>;
  readonly loader: Loaded | undefined;
}

/** A process before it starts. */
export interface Process {
  /** In the order in which symbols are looked for; the program first. */
  readonly loaded: readonly Loaded[];
  readonly missing: readonly { readonly name: string; readonly by: Loaded }[];
}

/** Loads a program or library with all that it needs. Undefined when it is no ELF file. */
export async function loadProcess(world: World, path: string): Promise<Process | undefined> {
  const first = await objectAt(world, path, undefined);
  if (first === undefined) return undefined;
  const loaded: Loaded[] = [first];
  const missing: { name: string; by: Loaded }[] = [];
  for (let index = 0; index < loaded.length && loaded.length < MAX_LOADED; index += 1) {
    const by = loaded[index];
    if (by === undefined) break;
    for (const name of by.head.needed) {
      if (loaded.some(({ names }) => names.has(name))) continue;
      const found = await findLibrary(world, name, by);
      // Two names may lead to one file; the loader asks for device and inode.
      const same = loaded.find(({ system, file }) => system === found?.system && file.identity === found.file.identity);
      if (same) same.names.add(name);
      else if (found) loaded.push(found);
      else missing.push({ name, by });
    }
  }
  return { loaded, missing };
}

/** The library that an object gets by a name. */
export async function findLibrary(world: World, name: string, by: Loaded): Promise<Loaded | undefined> {
  if (name.includes("/")) return name.startsWith("/") ? suitable(world, name, name, by) : undefined;
  for (const path of placesBeforeCache(name, by, world.libraryPath)) {
    const found = await suitable(world, path, name, by);
    if (found) return found;
  }
  for (const path of [...(await world.system.cached(name)), ...placesAfterCache(name, by)]) {
    const found = await suitable(world, path, name, by);
    if (found) return found;
  }
  return undefined;
}

// A library of another architecture is passed over, as the loader does.
async function suitable(world: World, path: string, name: string, by: Loaded): Promise<Loaded | undefined> {
  const found = await objectAt(world, path, by);
  if (!found || found.head.machine !== by.head.machine || found.head.bits !== by.head.bits) return undefined;
  found.names.add(name);
  return found;
}

async function objectAt(world: World, asked: string, loader: Loaded | undefined): Promise<Loaded | undefined> {
  // What is laid over has no links to directories, so that ".." may be taken out of a path; elsewhere the system follows it.
  const over = world.over.get(normalize(asked));
  const path = over ? normalize(asked) : asked;
  const system = over?.system ?? world.system;
  const file = over?.file ?? (await system.find(path));
  const object = file && (await system.object(file));
  if (!file || !object) return undefined;
  const head = over?.rewritten ? { ...object, rpath: over.rpath, runpath: undefined } : object;
  return { path, system, file, head, loader, names: new Set(object.soname === undefined ? [] : [object.soname]) };
}
