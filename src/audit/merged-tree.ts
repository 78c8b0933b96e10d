// The tree that layers make, one after the other, the lowest first: what an upper layer brings replaces what lower ones have there, and
// what is hidden is remembered with who hid it. Links are never followed, so that no image can lead this in circles.

import type { LayerRecord, RecordedEntry } from "./layer-record.ts";
import type { FileEntry, HiddenEntry } from "./types.ts";

/** A directory's names; `undefined` for directories that nobody described. */
type Names = Map<string, FileEntry | undefined>;

/** Grows layer by layer. */
export class MergedTree {
  readonly hidden: HiddenEntry[] = [];
  /** By path; "" is the root. */
  readonly #folders = new Map<string, Names>([["", new Map()]]);

  add(layer: LayerRecord, index: number): void {
    // What a layer deletes is what lies below it, wherever in the archive that is said.
    if (layer.opaque.length + layer.whiteouts.length > 0) {
      const own = new Set(layer.entries.map(({ path }) => path));
      for (const path of layer.opaque) this.#empty(path, index, own);
      for (const path of layer.whiteouts) this.#hide(path, index, own.has(path) ? "replaced" : "removed");
    }
    for (const entry of layer.entries) this.#place(entry, index);
  }

  /** Of the merged tree, in the order of their paths' code units. */
  entries(): readonly FileEntry[] {
    const found: FileEntry[] = [];
    for (const names of this.#folders.values()) for (const entry of names.values()) if (entry) found.push(entry);
    return found.sort((one, other) => (one.path < other.path ? -1 : 1));
  }

  find(path: string): FileEntry | undefined {
    const [folder, name] = split(path);
    return this.#folders.get(folder)?.get(name);
  }

  #place(entry: RecordedEntry, layer: number): void {
    const [folder, name] = split(entry.path);
    const names = this.#folderFor(folder, layer);
    const below = names.get(name);
    const isFolder = entry.type === "directory";
    if (isFolder && this.#folders.has(entry.path)) {
      names.set(name, below && sameFolder(below, entry) ? below : { ...entry, layer });
      return;
    }
    if (names.has(name)) this.#hide(entry.path, layer, "replaced");
    names.set(name, { ...entry, layer });
    if (isFolder) this.#folders.set(entry.path, new Map());
  }

  // Directories that no layer describes are there all the same. A file of a lower layer gives way to one; a link stays, as it
  // would where layers are unpacked one over the other.
  #folderFor(path: string, layer: number): Names {
    const known = this.#folders.get(path);
    if (known) return known;
    const [folder, name] = split(path);
    const above = this.#folderFor(folder, layer);
    const there = above.get(name);
    if (there && there.type !== "symlink") this.#hide(path, layer, "replaced");
    if (there?.type !== "symlink") above.set(name, undefined);
    const names: Names = new Map();
    this.#folders.set(path, names);
    return names;
  }

  #empty(path: string, by: number, own: ReadonlySet<string>): void {
    const prefix = path === "" ? "" : `${path}/`;
    for (const name of [...(this.#folders.get(path)?.keys() ?? [])]) {
      this.#hide(prefix + name, by, own.has(prefix + name) ? "replaced" : "removed");
    }
  }

  /** Takes a path out of the tree, and all below it. Without recursion: paths may be very deep. */
  #hide(path: string, by: number, how: HiddenEntry["how"]): void {
    const [folder, name] = split(path);
    const names = this.#folders.get(folder);
    const stack: (readonly [string, FileEntry | undefined])[] = [[path, names?.get(name)]];
    names?.delete(name);
    for (let next = stack.pop(); next; next = stack.pop()) {
      const [at, entry] = next;
      if (entry && entry.type !== "directory" && entry.layer !== by)
        this.hidden.push({ path: at, size: entry.size, mode: entry.mode, layer: entry.layer, by, how });
      for (const [child, below] of this.#folders.get(at) ?? []) stack.push([`${at}/${child}`, below]);
      this.#folders.delete(at);
    }
  }
}

function split(path: string): readonly [folder: string, name: string] {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? ["", path] : [path.slice(0, slash), path.slice(slash + 1)];
}

// Archives repeat the directories that lead to a change: that says nothing new of them.
function sameFolder(below: FileEntry, entry: RecordedEntry): boolean {
  return below.mode === entry.mode && below.uid === entry.uid && below.gid === entry.gid;
}
