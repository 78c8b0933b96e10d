// What is known of the merged tree while layers are read from the newest to the oldest: which paths are taken, and
// from which layer downwards a directory's content is hidden. Knows nothing of archives.

import type { EntryKind } from "../tar/entry.ts";

/** No layer; layers count from 0 (the oldest). */
const NEVER = -1;

/** A directory, or what must be known of a path that has entries or whiteouts below it. */
interface Dir {
  /** Byte strings to what is there. */
  readonly children: Map<string, Dir | Leaf>;
  /** The layer that gave the directory's own metadata. */
  owner: number;
  /** Content from layers below this one is hidden. */
  closed: number;
  /** The directory's own metadata from layers below this one is hidden, too. */
  gone: number;
  /** Some layer from which it is not hidden has it, be it only by an entry in it. */
  present: boolean;
  /** The layer that was last seen to have an entry in it. */
  implied: number;
}

/** Anything else, as one number to save memory: its layer and what it is. */
type Leaf = number;

const LEAVES = ["file", "symlink", "link", "fifo", "device", "whiteout"] as const;
export type LeafKind = (typeof LEAVES)[number];

/** The answer to the last search for a directory. */
interface Found {
  readonly layer: number;
  readonly path: string;
  readonly implied: boolean;
  readonly dir: Dir | undefined | Obstacle;
}

/** Why an entry cannot stand where it wants to. */
export type Obstacle =
  /** A directory on its way is something else, at `path`. */
  | { readonly obstacle: "parent"; readonly path: string; readonly kind: string }
  /** Its own layer has already had another entry of this path. */
  | { readonly obstacle: "duplicate" };

export type Placement = "visible" | "hidden" | Obstacle;

const DUPLICATE: Obstacle = { obstacle: "duplicate" };

export class MergeTree {
  readonly #root: Dir = { ...newDir(NEVER), present: true };
  /** The directory found last, which most often is the one asked for next. Never valid across layers. */
  #last: Found | undefined;

  /** Claims `path` for an entry of `layer`. */
  place(path: string, kind: Exclude<EntryKind, "dir">, layer: number): Placement {
    const parent = this.#parent(path, layer, true);
    if (parent === undefined) return "hidden";
    if ("obstacle" in parent) return parent;
    const name = baseName(path);
    const there = parent.children.get(name);
    const covered = typeof there === "object" ? coverDir(there, path, kind, layer) : "visible";
    if (covered !== "visible") return covered;
    if (typeof there === "object") {
      parent.children.set(name, leaf(kind, layer));
      return "visible";
    }
    if (there !== undefined && layerOf(there) > layer) return "hidden";
    if (there !== undefined && kindOf(there) !== "whiteout") return DUPLICATE;
    parent.children.set(name, leaf(kind, layer));
    return "visible";
  }

  /** Claims `path` for a directory entry of `layer`. */
  placeDir(path: string, layer: number): Placement {
    const parent = path === "" ? undefined : this.#parent(path, layer, true);
    if (path !== "" && parent === undefined) return "hidden";
    if (parent !== undefined && "obstacle" in parent) return parent;
    const there = parent === undefined ? this.#root : parent.children.get(baseName(path));
    if (typeof there === "object") {
      if (there.gone > layer || there.owner > layer) return "hidden";
      if (there.owner === layer) return DUPLICATE;
      there.owner = layer;
      there.present = true;
      return "visible";
    }
    if (there !== undefined && layerOf(there) > layer) return "hidden";
    if (there !== undefined && kindOf(there) !== "whiteout") return DUPLICATE;
    const dir = newDir(there === undefined ? NEVER : layer);
    dir.owner = layer;
    dir.present = true;
    parent?.children.set(baseName(path), dir);
    return "visible";
  }

  /** Hides what layers below `layer` have at `path`. */
  whiteout(path: string, layer: number): Obstacle | undefined {
    const parent = this.#parent(path, layer, false);
    if (parent === undefined || "obstacle" in parent) return parent;
    const there = parent.children.get(baseName(path));
    if (there === undefined) parent.children.set(baseName(path), leaf("whiteout", layer));
    if (typeof there !== "object") return undefined;
    there.closed = Math.max(there.closed, layer);
    there.gone = Math.max(there.gone, layer);
    return undefined;
  }

  /** Hides what layers below `layer` have in the directory `path`. */
  opaque(path: string, layer: number): Obstacle | undefined {
    // Asked for as the parent of an entry in it.
    const dir = this.#parent(`${path}/`, layer, false);
    if (dir === undefined || "obstacle" in dir) return dir;
    dir.closed = Math.max(dir.closed, layer);
    return undefined;
  }

  /**
   * What an entry of `layer` finds at `path` in its own layer: a kind of leaf; "dir"; "hidden" when layers above say
   * that nothing of `layer` is there; undefined when neither they nor this layer have said anything.
   */
  find(path: string, layer: number): LeafKind | "dir" | "hidden" | undefined {
    let dir = this.#root;
    const parts = path.split("/");
    for (const [i, part] of parts.entries()) {
      if (dir.closed > layer) return "hidden";
      const there = dir.children.get(part);
      if (there === undefined) return undefined;
      const last = i === parts.length - 1;
      if (typeof there === "number") {
        return layerOf(there) > layer || !last ? "hidden" : kindOf(there);
      }
      if (last) return there.owner === layer ? "dir" : "hidden";
      dir = there;
    }
    return "dir";
  }

  /** True when the merged tree has something at `path`, or something that is not a directory on the way to it. */
  occupied(path: string): boolean {
    let dir = this.#root;
    for (const part of path.split("/")) {
      const there = dir.children.get(part);
      if (there === undefined) return false;
      if (typeof there === "number") return stands(there);
      dir = there;
    }
    return dir.present;
  }

  /** The directories that no visible entry describes. */
  *undescribed(dir: Dir = this.#root, path = ""): Generator<string> {
    for (const [name, child] of dir.children) {
      if (typeof child === "number") continue;
      const here = path === "" ? name : `${path}/${name}`;
      if (child.present && child.owner === NEVER) yield here;
      yield* this.undescribed(child, here);
    }
  }

  /**
   * The directory that `path` lies in, made when new; undefined when its content is hidden from `layer`. With `implied`
   * the directories on the way are there because something is in them.
   */
  #parent(path: string, layer: number, implied: boolean): Dir | undefined | Obstacle {
    const slash = path.lastIndexOf("/");
    const parent = slash < 0 ? "" : path.slice(0, slash);
    const last = this.#last;
    if (last !== undefined && last.layer === layer && last.path === parent && last.implied === implied) return last.dir;
    const dir =
      parent === "" ? (this.#root.closed > layer ? undefined : this.#root) : this.#walk(parent, layer, implied);
    this.#last = { layer, path: parent, implied, dir };
    return dir;
  }

  #walk(path: string, layer: number, implied: boolean): Dir | undefined | Obstacle {
    let dir = this.#root;
    if (dir.closed > layer) return undefined;
    let end = -1;
    while (end < path.length) {
      const start = end + 1;
      end = path.indexOf("/", start);
      if (end < 0) end = path.length;
      const name = path.slice(start, end);
      let there = dir.children.get(name);
      if (typeof there === "number" && layerOf(there) === layer && kindOf(there) !== "whiteout") {
        return { obstacle: "parent", path: path.slice(0, end), kind: kindOf(there) };
      }
      if (typeof there === "number" && layerOf(there) > layer) return undefined;
      if (typeof there !== "object") {
        const made = newDir(there === undefined ? NEVER : layer);
        dir.children.set(name, made);
        there = made;
      }
      if (implied && there.gone <= layer) {
        there.present = true;
        there.implied = layer;
      }
      if (there.closed > layer) return undefined;
      dir = there;
    }
    return dir;
  }
}

/** An entry that is no directory, where something above made one. */
function coverDir(dir: Dir, path: string, kind: string, layer: number): Placement {
  if (dir.gone > layer) return "hidden";
  if (dir.owner === layer || dir.implied === layer) return DUPLICATE;
  // Whiteouts of what is not there mean nothing, but through a link they would mean another directory.
  if (!dir.present && kind !== "symlink") return "visible";
  // Entries above lie in this "directory", and nothing said that it became one.
  if (dir.owner < layer) return { obstacle: "parent", path, kind };
  dir.closed = Math.max(dir.closed, layer);
  dir.gone = Math.max(dir.gone, layer);
  return "hidden";
}

/** Devices keep their place against lower layers, but are left out of the image. */
function stands(value: Leaf): boolean {
  return kindOf(value) !== "whiteout" && kindOf(value) !== "device";
}

function newDir(hidden: number): Dir {
  return {
    children: new Map(),
    owner: NEVER,
    closed: hidden,
    gone: hidden,
    present: false,
    implied: NEVER,
  };
}

function leaf(kind: LeafKind, layer: number): Leaf {
  return layer * LEAVES.length + LEAVES.indexOf(kind);
}

function layerOf(value: Leaf): number {
  return Math.floor(value / LEAVES.length);
}

function kindOf(value: Leaf): LeafKind {
  return LEAVES[value % LEAVES.length] ?? "file";
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
