// A tar stream as files of a mounted state. It is a stranger's: names are made safe by the scanner and resolved inside the
// state, sizes and numbers are bounded. Devices are left out: no namespace of a user may make them.

import { closeSync, constants, openSync, writeSync } from "node:fs";
import type { Readable } from "node:stream";
import { Budget } from "../../image/flatten/budget.ts";
import { DEFAULT_LIMITS } from "../../image/flatten/options.ts";
import { markerOf } from "../../image/flatten/whiteout.ts";
import { shown, type TarEntry } from "../../image/tar/entry.ts";
import { TarScanner, type Verdict } from "../../image/tar/scanner.ts";
import type { ContentSink } from "../../image/tar/sparse.ts";
import { bytes } from "./root-path.ts";
import { type Looks, Obstacle, type Owner, type TreeWriter } from "./tree-writer.ts";

export interface UnpackTarOptions {
  /** Folder of the state that it is unpacked into; a byte string, empty for the root. */
  readonly into: string;
  /** Whom everything belongs to; undefined: what the archive says. */
  readonly owner: Owner | undefined;
  /** For messages. */
  readonly name: string;
  readonly maxBytes: number;
  /** It is a layer: names with `.wh.` take files away. */
  readonly layer: boolean;
  readonly signal: AbortSignal;
}

/** Unpacks it. @throws E_LAYER_TAR, E_LAYER_ENTRY, E_LAYER_LIMIT, Obstacle */
export async function unpackTar(stream: Readable, writer: TreeWriter, options: UnpackTarOptions): Promise<void> {
  const unpacking = new Unpacking(writer, options);
  const budget = new Budget({ ...DEFAULT_LIMITS, maxBytes: options.maxBytes });
  const { name, signal } = options;
  const visit = (entry: TarEntry): Verdict => {
    budget.entry(entry.size, name);
    return unpacking.entry(entry);
  };
  const scanner = new TarScanner(name, visit, unpacking, budget.limits);
  try {
    for await (const chunk of stream) {
      signal.throwIfAborted();
      budget.chunk((chunk as Buffer).length, name);
      scanner.write(chunk as Buffer);
    }
    scanner.end();
  } finally {
    unpacking.end();
    stream.destroy();
  }
}

// With something behind the body, however short, the scanner hands the body on before it reads the next header.
const NOTHING = { header: Buffer.alloc(0), after: [Buffer.alloc(0)] };
const ZEROS = Buffer.alloc(1 << 16);

class Unpacking implements ContentSink {
  readonly #writer: TreeWriter;
  readonly #options: UnpackTarOptions;
  /** The file whose content comes next, and how much of it is still to come. */
  #open: { readonly fd: number; left: number; readonly at: string; readonly looks: Looks } | undefined;

  constructor(writer: TreeWriter, options: UnpackTarOptions) {
    this.#writer = writer;
    this.#options = options;
  }

  entry(entry: TarEntry): Verdict {
    this.end();
    if (this.#options.layer && this.#marker(entry.path)) return "skip";
    const path = this.#path(entry.path);
    const looks = { ...(this.#options.owner ?? entry), mode: entry.mode, mtime: entry.mtime };
    if (entry.kind === "dir") return this.#dir(path, looks);
    if (entry.path === "" || entry.kind === "device" || entry.kind === "fifo") return "skip";
    this.#makeRoom(path);
    if (entry.kind === "symlink") this.#writer.symlink(entry.target, path, looks);
    else if (entry.kind === "link") this.#link(entry.target, path);
    else return this.#file(path, entry, looks);
    return "skip";
  }

  bytes(slice: Buffer): void {
    const file = this.#open;
    // What is left over pads the entry to full blocks.
    if (file === undefined || file.left === 0 || slice.length === 0) return;
    const part = slice.subarray(0, file.left);
    for (let done = 0; done < part.length; ) done += writeSync(file.fd, part, done);
    file.left -= part.length;
  }

  zeros(count: number): void {
    for (let left = Math.min(count, this.#open?.left ?? 0); left > 0; left -= ZEROS.length) {
      this.bytes(left < ZEROS.length ? ZEROS.subarray(0, left) : ZEROS);
    }
  }

  /** Finishes the file that is open; the last call finishes the whole. */
  end(): void {
    const file = this.#open;
    if (!file) return;
    this.#open = undefined;
    closeSync(file.fd);
    this.#writer.dress(file.at, file.looks);
  }

  #path(path: string): string {
    return path === "" ? this.#options.into : `${this.#options.into}/${path}`;
  }

  #dir(path: string, looks: Looks): Verdict {
    const { layer } = this.#options;
    const place = this.#writer.place(path, layer ? "keep" : "follow");
    if (place.missing.length === 0 && !place.stat.isDirectory()) this.#writer.remove(path);
    const folder = this.#writer.folder(path, this.#options.owner ?? ROOT);
    this.#writer.dressFolder(folder.path, looks);
    return "skip";
  }

  #makeRoom(path: string): void {
    this.#writer.folder(path.slice(0, Math.max(0, path.lastIndexOf("/"))), this.#options.owner ?? ROOT);
    const place = this.#writer.place(path, "keep");
    if (place.missing.length === 0 && place.stat.isDirectory()) this.#writer.remove(path);
  }

  #file(path: string, { size, xattrs }: TarEntry, looks: Looks): Verdict {
    const at = this.#writer.clear(path);
    const fd = openSync(bytes(at), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    this.#open = { fd, left: size, at, looks };
    if (xattrs) this.#writer.attributes.set(at, xattrs);
    return NOTHING;
  }

  #link(target: string, path: string): void {
    const place = this.#writer.place(this.#path(target), "keep");
    if (place.missing.length > 0 || place.stat.isDirectory()) {
      throw new Obstacle(`${shown(path)} is a hard link to ${shown(target)}, which is not there`);
    }
    this.#writer.link(place.found, path);
  }

  /** Takes away what a layer's entry says. */
  #marker(path: string): boolean {
    const marker = markerOf(path);
    if (marker.kind === "none") return false;
    if (marker.kind === "whiteout") this.#writer.remove(this.#path(marker.path));
    if (marker.kind === "opaque") this.#writer.empty(this.#path(marker.path));
    return true;
  }
}

const ROOT: Owner = { uid: 0, gid: 0 };
