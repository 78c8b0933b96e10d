// For a layer that has a path twice: what extracting it entry by entry would leave, found out in a first reading of its
// headers alone, so that the merge can then read it as if every path stood there once.

import type { TarEntry } from "../tar/entry.ts";
import type { Verdict } from "../tar/scanner.ts";
import type { LayerEntry } from "./merge.ts";
import { markerOf } from "./whiteout.ts";

/** A name in the layer. Entries are known by their place in it. */
interface Node {
  /** The entry that made the name; -1 for implied directories. */
  entry: number;
  /** The entry that brought the content; another one than `entry` for hard links. */
  content: number;
  /** Set for directories. */
  children: Map<string, Node> | undefined;
  /** A directory that took the place of something else. */
  covers: boolean;
}

export class LayerPlan {
  readonly #root: Node = { entry: -1, content: -1, children: new Map(), covers: false };
  readonly #dropped = new Set<number>();
  readonly #renamed = new Map<number, string>();
  readonly #targets = new Map<number, string>();
  readonly #below = new Set<number>();
  readonly #covering = new Set<number>();
  #linksToLinks = false;
  #count = 0;

  /** First reading: takes every entry in turn. Made for a scanner. */
  learn(entry: TarEntry): Verdict {
    const place = this.#count++;
    if (markerOf(entry.path).kind !== "none") return "skip";
    const parent = this.#dir(entry.path);
    // What lies below something else than a directory, or links to itself, is the merge's to refuse.
    if (parent === undefined || entry.path === "" || entry.path === entry.target) return "skip";
    this.#learnAt(parent, entry, place);
    return "skip";
  }

  /** Between the readings: gives every content one name, and the other names links to it. */
  settle(): this {
    const names = new Map<number, [entry: number, path: string][]>();
    this.#collect(this.#root, "", names);
    for (const [content, list] of names) {
      const own = list.find(([entry]) => entry === content);
      const [first] = list.sort(([a], [b]) => a - b);
      if (first === undefined) continue;
      const primary = own?.[1] ?? first[1];
      if (own === undefined) {
        this.#renamed.set(content, primary);
        this.#dropped.delete(content);
        this.#dropped.add(first[0]);
      }
      for (const [entry] of list) if (entry !== content) this.#targets.set(entry, primary);
    }
    this.#count = 0;
    return this;
  }

  /** True when reading the layer without the plan could give something else. */
  get needed(): boolean {
    return this.#dropped.size > 0 || this.#below.size > 0 || this.#linksToLinks;
  }

  /** Second reading: the entry as the merge shall see it; undefined when a later one replaces it. */
  apply(entry: TarEntry): LayerEntry | undefined {
    const place = this.#count++;
    if (this.#dropped.has(place)) return undefined;
    const below = this.#below.has(place);
    const path = this.#renamed.get(place);
    const target = this.#targets.get(place);
    const covers = this.#covering.has(place);
    if (path === undefined && target === undefined) return { entry, below, covers };
    const changed = { ...entry, path: path ?? entry.path, target: target ?? entry.target, block: undefined };
    return { entry: changed, below, covers };
  }

  /** Begins another second reading. */
  rewind(): void {
    this.#count = 0;
  }

  #learnAt(siblings: Map<string, Node>, entry: TarEntry, place: number): void {
    const name = entry.path.slice(entry.path.lastIndexOf("/") + 1);
    const there = siblings.get(name);
    if (entry.kind === "dir") {
      if (there?.children === undefined) {
        if (there !== undefined) this.#dropped.add(there.entry);
        siblings.set(name, { entry: place, content: place, children: new Map(), covers: there !== undefined });
      } else {
        if (there.entry >= 0) this.#dropped.add(there.entry);
        there.entry = place;
        there.content = place;
      }
      return;
    }
    const target = entry.kind === "link" ? this.#find(entry.target) : undefined;
    // AUFS's store of links is not in the plan, but in the layer.
    if (entry.kind === "link" && target === undefined && markerOf(entry.target).kind !== "aufs") this.#below.add(place);
    if (target !== undefined && target.children === undefined && target.content !== target.entry)
      this.#linksToLinks = true;
    if (there !== undefined) this.#dropAll(there);
    siblings.set(name, {
      entry: place,
      content: target?.children === undefined ? (target?.content ?? place) : place,
      children: undefined,
      covers: false,
    });
  }

  #dir(path: string): Map<string, Node> | undefined {
    let node = this.#root;
    for (const part of path.split("/").slice(0, -1)) {
      if (node.children === undefined) return undefined;
      let next = node.children.get(part);
      if (next === undefined) {
        next = { entry: -1, content: -1, children: new Map(), covers: false };
        node.children.set(part, next);
      }
      node = next;
    }
    return node.children;
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const part of path.split("/")) node = node?.children?.get(part);
    return node;
  }

  #dropAll(node: Node): void {
    if (node.entry >= 0) this.#dropped.add(node.entry);
    for (const child of node.children?.values() ?? []) this.#dropAll(child);
  }

  #collect(node: Node, path: string, names: Map<number, [entry: number, path: string][]>): void {
    for (const [name, child] of node.children ?? []) {
      const here = path === "" ? name : `${path}/${name}`;
      if (child.children !== undefined) {
        if (child.covers) this.#covering.add(child.entry);
        this.#collect(child, here, names);
        continue;
      }
      const list = names.get(child.content);
      if (list === undefined) names.set(child.content, [[child.entry, here]]);
      else list.push([child.entry, here]);
    }
  }
}
