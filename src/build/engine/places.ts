// Where the engine keeps things in the cache. Names are short: the mount options of a step with a hundred layers below it
// must fit into one page.

import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, digestParts } from "../../base/digest.ts";

/** Folders of the build cache. */
export interface BuildPlaces {
  /** `<cache>/build`; mounts name everything relative to it. */
  readonly root: string;
  /** Records of finished steps, by key. */
  readonly records: string;
  /** What finished steps have changed, one folder each. */
  readonly layers: string;
  /** What is under way. */
  readonly work: string;
  /** Cache mounts of RUN. */
  readonly mounts: string;
  /** Answers of `readFile`. */
  readonly files: string;
  /** Mount points of bases: what is mounted there only this build sees. */
  readonly bases: string;
  readonly locks: string;
}

/** End of the names of bases that are unpacked because they cannot be mounted. */
export const UNPACKED = "-files";

/** The places in a cache. */
export function buildPlaces(cacheRoot: string): BuildPlaces {
  const root = join(cacheRoot, "build");
  return {
    root,
    records: join(root, "steps"),
    layers: join(root, "l"),
    work: join(root, "w"),
    mounts: join(root, "mounts"),
    files: join(root, "files"),
    bases: join(root, "b"),
    locks: join(root, "lock"),
  };
}

/** Makes the folders that are missing. */
export async function makePlaces(places: BuildPlaces): Promise<void> {
  for (const dir of Object.values(places)) await mkdir(dir, { recursive: true, mode: 0o700 });
}

/** The record of a step. */
export function recordPath(places: BuildPlaces, key: Digest): string {
  return join(places.records, `${digestParts(key).hex}.json`);
}

/** A name for a folder of a layer. */
export function layerName(): string {
  return randomBytes(8).toString("hex");
}
