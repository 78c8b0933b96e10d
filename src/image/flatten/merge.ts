// The decisions of the merge, entry by entry, layers newest first: what is seen in the image, under which name, and
// which hard links go with it. Pure bookkeeping: headers come in, verdicts go out; no streams here.

import { fail } from "../errors.ts";
import { encodeHeader } from "../tar/encode.ts";
import { shown, type TarEntry } from "../tar/entry.ts";
import type { Verdict } from "../tar/scanner.ts";
import { type AdjustOptions, adjust, type Changes } from "./adjust.ts";
import { MergeTree, type Obstacle, type Placement } from "./tree.ts";
import { type Waiting, WaitingLinks } from "./waiting.ts";
import { markerOf } from "./whiteout.ts";

/** Thrown when a layer has two entries of one path: it must be read with a `LayerPlan`. Never leaves this room. */
export class DuplicateEntry extends Error {
  readonly layer: number;

  constructor(layer: number) {
    super(`layer ${layer} has a path twice`);
    this.layer = layer;
  }
}

/** An entry with what only its whole layer tells. */
export interface LayerEntry {
  readonly entry: TarEntry;
  /** A link means what lies below its layer, although the layer may have the target, too. */
  readonly below: boolean;
  /** A directory takes the place of something else, so that what lower layers have in it is gone. */
  readonly covers: boolean;
}

export class Merge {
  readonly changes: Changes = { modes: new Map(), droppedXattrs: new Set() };
  entries = 0;
  droppedDevices = 0;
  readonly #options: AdjustOptions;
  readonly #tree = new MergeTree();
  readonly #waiting = new WaitingLinks();
  /** Links of the present layer that are hidden, with their targets: other links may lead through them. */
  #hiddenLinks = new Map<string, { readonly target: string; readonly below: boolean }>();
  /** Targets to look for in the second reading of the present layer. */
  #again: ReadonlySet<string> = new Set();
  /** Hidden files of the present layer that are in the image under another name. */
  readonly #aliases = new Map<string, string>();
  #layer = 0;
  #what = "";
  #planned = false;
  /** Hidden content of the present layer went to names that waited for it. */
  #delivered = false;

  constructor(options: AdjustOptions) {
    this.#options = options;
  }

  /** Goes on to a lower layer; `what` names it in errors; `planned`: every path stands in it once. */
  beginLayer(layer: number, what: string, planned: boolean): void {
    this.#layer = layer;
    this.#what = what;
    this.#planned = planned;
    this.#delivered = false;
    this.#aliases.clear();
    this.#hiddenLinks = new Map();
  }

  /** Decides about an entry of the present layer. @throws DuplicateEntry and the room's errors */
  visit({ entry, below, covers }: LayerEntry): Verdict {
    const marker = markerOf(entry.path);
    if (marker.kind === "none") {
      const verdict = this.#ordinary(entry, below);
      if (covers) this.#tree.whiteout(entry.path, this.#layer);
      return verdict;
    }
    if (marker.kind === "bad") throw this.#refused(entry, marker.reason);
    if (marker.kind === "aufs") {
      if (entry.kind === "link") this.#hiddenLinks.set(entry.path, { target: entry.target, below });
      return this.#serve(entry, "hidden");
    }
    const hide = marker.kind === "opaque" ? this.#tree.opaque : this.#tree.whiteout;
    const obstacle = hide.call(this.#tree, marker.path, this.#layer);
    // Below something that is no directory there is nothing to hide; through a link it would be somewhere else.
    const harmless = obstacle?.obstacle === "parent" && obstacle.kind !== "symlink";
    if (obstacle !== undefined && !harmless) throw this.#obstructed(entry, obstacle);
    return "skip";
  }

  /**
   * True when the layer just read has served, or should serve, links by content that is hidden under its own name:
   * that was right only if no path stands in the layer twice, which hidden paths do not tell.
   */
  get doubtful(): boolean {
    return !this.#planned && (this.#delivered || this.#hiddenTargets().length > 0);
  }

  /**
   * Ends a layer: headers of links that can be written now, and whether the layer must be read a second time because
   * a visible link leads to content that is hidden under its own name.
   */
  endLayer(): { readonly headers: readonly Buffer[]; readonly again: boolean } {
    const headers: Buffer[] = [];
    for (const target of this.#hiddenTargets()) {
      const end = this.#hiddenLinks.get(target);
      if (end === undefined) continue;
      for (const link of this.#waiting.takeOwn(target, this.#layer)) {
        const header = this.#link(link, end.target, end.below);
        if (header !== undefined) headers.push(header);
      }
    }
    this.#again = new Set(this.#hiddenTargets());
    return { headers, again: this.#again.size > 0 };
  }

  /** Decides about an entry in the second reading of the layer. */
  visitAgain({ entry }: LayerEntry): Verdict {
    if (!this.#again.has(entry.path)) return "skip";
    return this.#deliver(entry, this.#waiting.takeOwn(entry.path, this.#layer));
  }

  /** True when the image has nothing at `path`, so that something may be put there. */
  isFree(path: string): boolean {
    return !this.#tree.occupied(path);
  }

  /** Directories that are only there because something lies in them, sorted. */
  undescribed(): readonly string[] {
    return [...this.#tree.undescribed()].sort();
  }

  /** Ends the merge. @throws E_LAYER_LINK when a link's target turned up nowhere. */
  finish(): void {
    const left = this.#waiting.first();
    if (left === undefined) return;
    const reason = `the file it links to, "${shown(left.target)}", is neither in its layer nor in a lower one`;
    throw fail("E_LAYER_LINK", { layer: left.link.what, entry: shown(left.link.name), reason });
  }

  #ordinary(entry: TarEntry, below: boolean): Verdict {
    const { path, kind } = entry;
    if (path === "" && kind !== "dir") throw this.#refused(entry, "it would replace the root directory");
    const placed = kind === "dir" ? this.#tree.placeDir(path, this.#layer) : this.#tree.place(path, kind, this.#layer);
    if (typeof placed === "object") throw this.#obstructed(entry, placed);
    if (kind !== "link") return this.#serve(entry, placed);
    return this.#linkEntry(entry, placed, below);
  }

  #linkEntry(entry: TarEntry, placed: Placement, below: boolean): Verdict {
    if (entry.path === entry.target && !below) throw this.#badLink(entry.path, "it links to itself");
    const names = this.#waiting.takeFrom(entry.path, this.#layer);
    if (placed === "visible") {
      names.unshift({ name: entry.path, layer: this.#layer, what: this.#what, below });
    } else {
      this.#hiddenLinks.set(entry.path, { target: entry.target, below });
      this.#delivered ||= names.length > 0;
    }
    const headers = names.map((link) => this.#link(link, entry.target, below)).filter((h) => h !== undefined);
    return verdictOf(headers);
  }

  /** The header of a link, when its target is there; otherwise the link waits. */
  #link(link: Waiting, target: string, below: boolean): Buffer | undefined {
    const alias = below ? undefined : this.#aliases.get(target);
    if (alias !== undefined) {
      this.entries++;
      return linkHeader(link.name, alias);
    }
    const found = below ? undefined : this.#tree.find(target, this.#layer);
    if (found === "dir") throw this.#linkToDir(link);
    if (found === "device") {
      this.droppedDevices++;
      return undefined;
    }
    const further = found === "link" ? this.#waiting.what(target) : undefined;
    if (further !== undefined || found === undefined || found === "hidden" || found === "whiteout") {
      this.#waiting.add(further?.target ?? target, { ...link, layer: this.#layer, below: further?.below ?? below });
      return undefined;
    }
    this.entries++;
    return linkHeader(link.name, target);
  }

  /** An entry that is no link: into the image under its own name, or under the names that wait for it, or not at all. */
  #serve(entry: TarEntry, placed: Placement): Verdict {
    const names = this.#waiting.takeFrom(entry.path, this.#layer);
    if (placed === "hidden") return names.length === 0 ? "skip" : this.#deliver(entry, names);
    if (entry.kind === "dir" && names[0] !== undefined) throw this.#linkToDir(names[0]);
    if (entry.kind === "device") {
      this.droppedDevices += 1 + names.length;
      return "skip";
    }
    const own = adjust(entry, this.#options, this.changes);
    this.entries += 1 + names.length;
    if (names.length === 0) return own.block === undefined ? { header: encodeHeader(own) } : "pass";
    return { header: encodeHeader(own), after: names.map((link) => linkHeader(link.name, entry.path)) };
  }

  /** A hidden entry that goes into the image under the names that wait for it. */
  #deliver(entry: TarEntry, names: readonly Waiting[]): Verdict {
    const [first, ...others] = names;
    if (first === undefined) return "skip";
    if (entry.kind === "dir") throw this.#linkToDir(first);
    this.#delivered = true;
    this.#aliases.set(entry.path, first.name);
    if (entry.kind === "link") {
      return verdictOf(names.map((link) => this.#link(link, entry.target, false)).filter((h) => h !== undefined));
    }
    if (entry.kind === "device") {
      this.droppedDevices += names.length;
      return "skip";
    }
    const own = adjust({ ...entry, path: first.name, block: undefined }, this.#options, this.changes);
    this.entries += names.length;
    return { header: encodeHeader(own), after: others.map((link) => linkHeader(link.name, first.name)) };
  }

  /** What links of this layer wait for that may stand in this layer, but was passed over. */
  #hiddenTargets(): readonly string[] {
    const hidden = (path: string) => this.#tree.find(path, this.#layer) === "hidden" || markerOf(path).kind === "aufs";
    return this.#waiting.ownTargets(this.#layer).filter(hidden);
  }

  #obstructed(entry: TarEntry, obstacle: Obstacle): Error {
    // What is in the way may be gone by a later entry of the same path: only a planned layer tells.
    if (!this.#planned) return new DuplicateEntry(this.#layer);
    if (obstacle.obstacle === "duplicate") return this.#refused(entry, "its path stands in the layer twice");
    const { path, kind } = obstacle;
    const fields = { layer: this.#what, entry: shown(entry.path), parent: shown(path), kind: KIND_WORDS[kind] ?? kind };
    return fail("E_LAYER_PARENT", fields);
  }

  #refused(entry: TarEntry, reason: string): Error {
    return fail("E_LAYER_ENTRY", { layer: this.#what, entry: shown(entry.path), reason });
  }

  #linkToDir(link: Waiting): Error {
    // Unless the same path becomes a file later in the layer.
    return this.#planned ? this.#badLink(link.name, "it links to a directory") : new DuplicateEntry(this.#layer);
  }

  #badLink(name: string, reason: string): Error {
    return fail("E_LAYER_LINK", { layer: this.#what, entry: shown(name), reason });
  }
}

const KIND_WORDS: Readonly<Record<string, string>> = {
  file: "a file",
  symlink: "a symbolic link",
  link: "a file",
  fifo: "a named pipe",
  device: "a device",
};

function verdictOf(headers: readonly Buffer[]): Verdict {
  return headers.length === 0 ? "skip" : { header: Buffer.concat(headers) };
}

function linkHeader(name: string, target: string): Buffer {
  return encodeHeader({
    path: name,
    kind: "link",
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
    size: 0,
    target,
    xattrs: undefined,
  });
}
