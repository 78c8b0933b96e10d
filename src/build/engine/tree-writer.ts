// Writes files into a mounted state. Every path is resolved inside it first; what stands in the way of a file goes, what
// stands in the way of a folder is refused. Paths are byte strings.

import {
  chmodSync,
  constants,
  copyFileSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  rmSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { Attributes } from "./attributes.ts";
import { bytes, fromText, isInside, type Place, placeIn, toText } from "./root-path.ts";

/** Who something belongs to. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What is set on a file once it is there. */
export interface Looks extends Owner {
  readonly mode: number;
  /** Seconds since 1970; undefined: now. */
  readonly mtime: number | undefined;
}

/** Something cannot be written where it shall go. */
export class Obstacle extends Error {}

/** A mounted state that is written to. */
export class TreeWriter {
  /** What is still to be set when everything is written. */
  readonly attributes = new Attributes();
  readonly #root: string;
  readonly #folders: { readonly path: string; readonly mtime: number }[] = [];

  constructor(root: string) {
    this.#root = fromText(root);
  }

  /** Where a path leads. @throws Obstacle */
  place(path: string, last: "follow" | "keep" = "follow"): Place {
    const place = placeIn(this.#root, path, last);
    if (!place) throw new Obstacle(`${toText(path)} leads nowhere: a file or a circle of links is in the way`);
    return place;
  }

  /** The folder at a path, made with its parents where missing. Gives its path on the host, and whether it was made. @throws Obstacle */
  folder(path: string, owner: Owner, mode = 0o755): { readonly path: string; readonly made: boolean } {
    const place = this.place(path);
    if (!place.stat.isDirectory()) throw new Obstacle(`${toText(place.inside || "/")} is no folder`);
    let at = place.found;
    for (const name of place.missing) {
      at = `${at}/${name}`;
      mkdirSync(bytes(at));
      lchownSync(bytes(at), owner.uid, owner.gid);
      chmodSync(bytes(at), mode);
    }
    return { path: at, made: place.missing.length > 0 };
  }

  /** Makes room for a file: its place on the host, in an existing folder, with nothing there. @throws Obstacle */
  clear(path: string): string {
    const slash = path.lastIndexOf("/");
    const parent = this.place(path.slice(0, Math.max(slash, 0)));
    if (parent.missing.length > 0 || !parent.stat.isDirectory()) {
      throw new Obstacle(`${toText(path.slice(0, slash))} is no folder`);
    }
    const at = `${parent.found}/${path.slice(slash + 1)}`;
    const there = lstatSync(bytes(at), { throwIfNoEntry: false });
    if (there?.isDirectory()) throw new Obstacle(`${toText(path)} is a folder`);
    if (there) unlinkSync(bytes(at));
    return at;
  }

  /** Copies a regular file of the host. */
  copy(from: string, path: string, looks: Looks): string {
    const at = this.clear(path);
    copyFileSync(bytes(from), bytes(at), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    this.dress(at, looks);
    return at;
  }

  /** Writes a small file. */
  write(path: string, content: Uint8Array, looks: Looks): void {
    const at = this.clear(path);
    writeFileSync(bytes(at), content, { flag: "wx" });
    this.dress(at, looks);
  }

  symlink(target: string, path: string, looks: Looks): void {
    const at = this.clear(path);
    symlinkSync(bytes(target), bytes(at));
    lchownSync(bytes(at), looks.uid, looks.gid);
    if (looks.mtime !== undefined) lutimesSync(bytes(at), looks.mtime, looks.mtime);
  }

  /** Another name for a file on the host that was written before. */
  link(from: string, path: string): void {
    linkSync(bytes(from), bytes(this.clear(path)));
  }

  /** Owner first: changing it takes setuid bits away. */
  dress(at: string, looks: Looks): void {
    lchownSync(bytes(at), looks.uid, looks.gid);
    chmodSync(bytes(at), looks.mode);
    if (looks.mtime !== undefined) lutimesSync(bytes(at), looks.mtime, looks.mtime);
  }

  /** Sets what a folder looks like; its time when everything is written. */
  dressFolder(at: string, looks: Looks): void {
    this.dress(at, { ...looks, mtime: undefined });
    if (looks.mtime !== undefined) this.#folders.push({ path: at, mtime: looks.mtime });
  }

  /** Removes what is at a path, a tree as well (an archive may replace one). */
  remove(path: string): void {
    const place = this.place(path, "keep");
    if (place.missing.length === 0 && place.inside !== "") rmSync(bytes(place.found), { recursive: true });
  }

  /** Removes everything in the folder at a path. */
  empty(path: string): void {
    const place = this.place(path);
    if (place.missing.length > 0 || !place.stat.isDirectory()) return;
    for (const name of readdirSync(bytes(place.found), { encoding: "latin1" })) {
      rmSync(bytes(`${place.found}/${name}`), { recursive: true });
    }
  }

  /** Sets the attributes that were gathered. `packer` is the path of berth-pack. */
  applyAttributes(packer: string): Promise<void> {
    return this.attributes.apply(packer, (path) => this.isStill(path));
  }

  /** Gives folders their times: whatever is written into one changes it. */
  settle(): void {
    for (const { path, mtime } of this.#folders.toReversed()) {
      if (this.isStill(path)) lutimesSync(bytes(path), mtime, mtime);
    }
  }

  /** True when a place on the host that was written to is a place of the state yet. */
  isStill(path: string): boolean {
    return isInside(this.#root, path);
  }
}

/** Seconds of a file's time. */
export function secondsOf(stat: Stats): number {
  return stat.mtimeMs / 1000;
}
