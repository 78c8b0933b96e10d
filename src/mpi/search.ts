// Where the loader of glibc looks for a library that an object needs (ld.so(8)), in its order. Pure but for the look.

import { dirname } from "node:path";
import type { ElfHead } from "../elf/index.ts";
import { libNames, systemDirectories } from "./machines.ts";

/** An object in whose name a library is looked for. */
export interface Seeker {
  /** Path as it was loaded, in the container or on the host. */
  readonly path: string;
  readonly head: Pick<ElfHead, "rpath" | "runpath" | "machine">;
  /** Who loaded it; undefined for the program. */
  readonly loader: Seeker | undefined;
}

/** Candidates for `name` that come before the cache of ldconfig. */
export function placesBeforeCache(name: string, seeker: Seeker, libraryPath: readonly string[]): readonly string[] {
  const { head } = seeker;
  const own = head.runpath === undefined ? inheritedPaths(seeker) : [];
  const run = head.runpath === undefined ? [] : directories(head.runpath, seeker);
  return [...own, ...libraryPath, ...run].map((directory) => `${directory}/${name}`);
}

/** Candidates that come after it. */
export function placesAfterCache(name: string, { head }: Seeker): readonly string[] {
  return systemDirectories(head.machine).map((directory) => `${directory}/${name}`);
}

// DT_RPATH counts for everything that is loaded further down, DT_RUNPATH for the object's own needs only.
function inheritedPaths(seeker: Seeker): string[] {
  const found: string[] = [];
  for (let one: Seeker | undefined = seeker; one !== undefined; one = one.loader)
    if (one.head.runpath === undefined && one.head.rpath !== undefined) found.push(...directories(one.head.rpath, one));
  return found;
}

/** The directories of a run path with its variables replaced. */
function directories(path: string, { path: at, head }: Seeker): readonly string[] {
  return path
    .split(":")
    .filter((part) => part !== "")
    .map((part) => part.replace(/\$(ORIGIN\b|\{ORIGIN\})/g, () => dirname(at)))
    .flatMap((part) =>
      /\$(LIB\b|\{LIB\})/.test(part)
        ? libNames(head.machine).map((lib) => part.replace(/\$(LIB\b|\{LIB\})/g, () => lib))
        : [part],
    )
    .filter((part) => part.startsWith("/"));
}
