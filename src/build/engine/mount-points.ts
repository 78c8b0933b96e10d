// Places for mounts in a mounted state, made where they are missing and taken back afterwards, so that a layer shows no
// trace of them: not even the times of the folders above.

import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  utimesSync,
} from "node:fs";
import { bytes, fromText, isInside, placeIn } from "./root-path.ts";

interface Made {
  /** Path of the host. */
  readonly path: string;
  readonly kind: "dir" | "file";
  readonly parent: string;
  /** The parent's times before and after. */
  readonly before: Stats;
  readonly after: Stats;
}

/** Times are set as fractions of seconds in floating point; nearer than this they are equal. Milliseconds. */
const SAME_MS = 2;

/** The places of one mounted state. */
export class MountPoints {
  readonly #root: string;
  readonly #made: Made[] = [];
  /** Folders inside the root that have got a name too many, and lie in the upper folder because of it. */
  readonly #touched = new Set<string>();

  constructor(root: string) {
    this.#root = fromText(root);
  }

  /** True when the state has a folder here. */
  hasFolder(path: string): boolean {
    const place = placeIn(this.#root, fromText(path));
    return place?.missing.length === 0 && place.stat.isDirectory();
  }

  /** Makes `path` a folder or an empty file where there is nothing. False when something else is in the way. */
  make(path: string, kind: "dir" | "file"): boolean {
    const place = placeIn(this.#root, fromText(path));
    if (!place) return false;
    if (place.missing.length === 0) return place.stat.isDirectory() === (kind === "dir");
    if (!place.stat.isDirectory()) return false;
    this.#touch(place.inside);
    let parent = place.found;
    for (const [index, name] of place.missing.entries()) {
      const last = index === place.missing.length - 1;
      this.#add(`${parent}/${name}`, last ? kind : "dir", parent);
      parent = `${parent}/${name}`;
    }
    return true;
  }

  /** Removes what was made and is still as it was, while the state is mounted. */
  remove(): void {
    for (const { path, kind, parent, before, after } of this.#made.toReversed()) {
      // The step may have put a link to anywhere in the place of a folder.
      if (!isInside(this.#root, path)) continue;
      const now = lstatSync(bytes(parent));
      if (!removed(path, kind, lstatSync(bytes(path)))) continue;
      // What the step itself did to the folder stays its time.
      const { atime, mtime } = sameTime(now, after) ? before : now;
      utimesSync(bytes(parent), atime, mtime);
    }
  }

  /** Removes folders that the upper folder holds only because of the places, once nothing is mounted. */
  forget(upper: string, lowers: readonly string[]): void {
    const folders = [...this.#touched].sort((a, b) => b.length - a.length);
    // All are compared before the first goes: removing one changes the time of the one above.
    const same = folders.filter((inside) => isCopy(fromText(upper) + inside, lowers, inside));
    for (const inside of same) {
      if (!isInside(fromText(upper), fromText(upper) + inside)) continue;
      const path = bytes(fromText(upper) + inside);
      if (readdirSync(path).length === 0) rmdirSync(path);
    }
  }

  #add(path: string, kind: "dir" | "file", parent: string): void {
    const before = lstatSync(bytes(parent));
    if (kind === "dir") mkdirSync(bytes(path));
    else closeSync(openSync(bytes(path), "wx", 0o644));
    chmodSync(bytes(path), kind === "dir" ? 0o755 : 0o644);
    this.#made.push({ path, kind, parent, before, after: lstatSync(bytes(parent)) });
  }

  #touch(inside: string): void {
    for (let at = inside; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) this.#touched.add(at);
  }
}

function removed(path: string, kind: "dir" | "file", stat: Stats): boolean {
  try {
    if (kind === "dir" && stat.isDirectory()) rmdirSync(bytes(path));
    else if (kind === "file" && stat.isFile() && stat.size === 0) unlinkSync(bytes(path));
    else return false;
    return true;
  } catch {
    // The step has put something into it: that is its work now.
    return false;
  }
}

function isCopy(path: string, lowers: readonly string[], inside: string): boolean {
  const here = lstatSync(bytes(path), { throwIfNoEntry: false });
  if (!here?.isDirectory()) return false;
  for (const lower of lowers) {
    const there = lstatSync(bytes(fromText(lower) + inside), { throwIfNoEntry: false });
    if (!there) continue;
    return there.mode === here.mode && there.uid === here.uid && there.gid === here.gid && sameTime(there, here);
  }
  return false;
}

function sameTime(a: Stats, b: Stats): boolean {
  return Math.abs(a.mtimeMs - b.mtimeMs) < SAME_MS;
}
