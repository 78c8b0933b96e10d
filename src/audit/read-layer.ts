// Reads one layer, once, as a stream: from the blob to its record. The blob is held against its digest on the way, and the
// digest of the uncompressed archive is measured, because who says that layers are those of a base must be able to prove it.
// Nothing is written to disk.

import { createHash } from "node:crypto";
import { fail as failOfLayer } from "../image/errors.ts";
import type { Budget } from "../image/flatten/budget.ts";
import { layerName, openLayer } from "../image/flatten/layer-stream.ts";
import { markerOf } from "../image/flatten/whiteout.ts";
import { decodeName } from "../image/squashfs-reader/name.ts";
import { padding } from "../image/tar/encode.ts";
import { type EntryKind, shown, type TarEntry } from "../image/tar/entry.ts";
import { TarScanner, type Verdict } from "../image/tar/scanner.ts";
import type { ContentSink } from "../image/tar/sparse.ts";
import type { BlobSource, Descriptor } from "../oci/types.ts";
import { fail } from "./errors.ts";
import type { LayerRecord, RecordedEntry } from "./layer-record.ts";
import { FileRecorder } from "./record-files.ts";

/** What reading one layer needs. */
export interface LayerReading {
  readonly blobs: BlobSource;
  /** Counts over all layers of the image. */
  readonly budget: Budget;
  readonly signal: AbortSignal;
  /** Told how many bytes of the blob were read. */
  readonly onBytes?: (count: number) => void;
  /** Paths whose text is kept beside those that always are. */
  readonly alsoTexts?: ReadonlySet<string> | undefined;
}

/** Characters of all names and link targets of a layer: of a long list of longest names, memory would be full. */
const MAX_NAMES = 256 * 1024 * 1024;
const NO_HEADER: Verdict = { header: Buffer.alloc(0) };
const ZEROS = Buffer.alloc(64 * 1024);

/** The record of a layer. @throws E_LAYER_…, E_AUDIT_LIMIT, and what the blob's stream ends in */
export async function readLayer(layer: Descriptor, reading: LayerReading): Promise<LayerRecord> {
  const { blobs, budget, signal, onBytes = () => undefined } = reading;
  const what = layerName(layer);
  const walk = new LayerWalk(what, new FileRecorder(reading.alsoTexts));
  const visit = (entry: TarEntry): Verdict => {
    budget.entry(entry.size, what);
    return walk.visit(entry);
  };
  const scanner = new TarScanner(what, visit, walk, budget.limits);
  const hash = createHash("sha256");
  for await (const chunk of await openLayer(blobs, layer, { signal, onBytes })) {
    budget.chunk(chunk.length, what);
    hash.update(chunk);
    scanner.write(chunk);
  }
  scanner.end();
  return { diffId: `sha256:${hash.digest("hex")}`, ...walk.finish() };
}

/** An entry whose bytes are still to come: the scanner tells of the next one before it hands on the last bytes of this. */
interface Coming {
  readonly entry: RecordedEntry;
  content: number;
  padding: number;
}

class LayerWalk implements ContentSink {
  readonly #what: string;
  readonly #files: FileRecorder;
  readonly #whiteouts = new Set<string>();
  readonly #opaque = new Set<string>();
  readonly #coming: Coming[] = [];
  #begun = false;
  #names = 0;

  constructor(what: string, files: FileRecorder) {
    this.#what = what;
    this.#files = files;
  }

  visit(entry: TarEntry): Verdict {
    this.#names += entry.path.length + entry.target.length;
    if (this.#names > MAX_NAMES)
      throw fail("E_AUDIT_LIMIT", { layer: this.#what, reason: "its names fill the memory" });
    const marker = markerOf(entry.path);
    if (marker.kind === "bad") throw this.#refused(entry, marker.reason);
    if (marker.kind === "whiteout") this.#whiteouts.add(textOf(marker.path));
    if (marker.kind === "opaque") this.#opaque.add(textOf(marker.path));
    if (marker.kind !== "none" || entry.path === "") return "skip";
    this.#coming.push({ entry: recorded(entry), content: entry.size, padding: padding(entry.size) });
    this.#advance();
    return entry.size > 0 ? NO_HEADER : "skip";
  }

  bytes(slice: Buffer): void {
    for (let at = 0; at < slice.length; ) {
      const [current] = this.#coming;
      if (!current) return;
      const content = Math.min(current.content, slice.length - at);
      if (content > 0) this.#files.bytes(slice.subarray(at, at + content));
      const pad = Math.min(current.padding, slice.length - at - content);
      current.content -= content;
      current.padding -= pad;
      at += content + pad;
      this.#advance();
    }
  }

  zeros(count: number): void {
    for (let left = count; left > 0; ) {
      const [current] = this.#coming;
      if (!current) return;
      if (current.content > 0) {
        const part = Math.min(left, current.content);
        const wanted = this.#files.bytes(ZEROS.subarray(0, Math.min(part, ZEROS.length)));
        // A hole of a terabyte is not walked through where nobody looks.
        const taken = wanted ? Math.min(part, ZEROS.length) : part;
        current.content -= taken;
        left -= taken;
      } else {
        const pad = Math.min(left, current.padding);
        current.padding -= pad;
        left -= pad;
      }
      this.#advance();
    }
  }

  finish(): Omit<LayerRecord, "diffId"> {
    this.#advance();
    const { emptied, ...files } = this.#files.finish();
    for (const path of emptied) this.#opaque.add(path);
    return { ...files, whiteouts: [...this.#whiteouts], opaque: [...this.#opaque] };
  }

  // Begins the entries whose turn it is; one without bytes is over at once.
  #advance(): void {
    for (let current = this.#coming[0]; current; current = this.#coming[0]) {
      if (!this.#begun) this.#files.entry(current.entry);
      this.#begun = current.content > 0 || current.padding > 0;
      if (this.#begun) return;
      this.#coming.shift();
    }
  }

  #refused(entry: TarEntry, reason: string): Error {
    return failOfLayer("E_LAYER_ENTRY", { layer: this.#what, entry: shown(entry.path), reason });
  }
}

const TYPES: Readonly<Record<EntryKind, RecordedEntry["type"]>> = {
  file: "file",
  dir: "directory",
  symlink: "symlink",
  link: "hardlink",
  fifo: "fifo",
  device: "device",
};

function recorded({ path, kind, size, mode, uid, gid, target }: TarEntry): RecordedEntry {
  const linked = kind === "symlink" || kind === "link" ? textOf(target) : undefined;
  return { path: textOf(path), type: TYPES[kind], size, mode, uid, gid, target: linked, program: false };
}

function textOf(bytes: string): string {
  return /[\x80-\xff]/.test(bytes) ? decodeName(Buffer.from(bytes, "latin1")) : bytes;
}
