// Reads a tar archive in chunks of any size, asks a visitor about each entry, and hands on what the visitor wants:
// headers and bodies that pass go on as slices of the chunk, without a copy.
// Knows the form of archives; knows nothing of layers, whiteouts or squashfs.

import { fail } from "../errors.ts";
import { BLOCK, type Block, isZero, parseBlock } from "./block.ts";
import { padding } from "./encode.ts";
import { shown, type TarEntry } from "./entry.ts";
import { type Interpreted, interpret } from "./interpret.ts";
import { applyExtension, isExtension, type Overrides } from "./overrides.ts";
import type { PathLimits } from "./path.ts";
import { type ContentSink, GnuMap, mapFault, SparseReader, type Stretch } from "./sparse.ts";

/**
 * What to do with an entry. "pass": its own header block (only when `entry.block` is there) and its body go on.
 * Otherwise the header given goes on, then the body, then the headers of `after`.
 */
export type Verdict = "skip" | "pass" | { readonly header: Buffer; readonly after?: readonly Buffer[] };

export type Visitor = (entry: TarEntry) => Verdict;

/** Bytes of extended headers that one entry may have; the kernel allows 64 KiB for an attribute and 4 KiB for a name. */
const MAX_EXTENSION = 1 << 20;

const NOTHING = Buffer.alloc(0);

/** What happens to the body bytes that come next. */
type Fate = "skip" | "pass" | "gather" | "expand";

/** A sparse file whose map goes on in the blocks that follow its header. */
interface PendingMap {
  readonly map: GnuMap;
  readonly read: Interpreted;
  readonly wanted: boolean;
}

export class TarScanner {
  readonly #what: string;
  readonly #visit: Visitor;
  readonly #out: ContentSink;
  readonly #limits: PathLimits;
  /** Beginning of a block whose end is in the next chunk. */
  #carry: Buffer = NOTHING;
  /** Start, in the present chunk, of what goes on as it is and was not handed on yet; -1: nothing. */
  #run = -1;
  #fate: Fate = "skip";
  /** Bytes of body to come, without and with padding. */
  #stored = 0;
  #left = 0;
  #after: readonly Buffer[] = [];
  #over: Overrides | undefined;
  /** Bytes of extended headers since the entry before. */
  #extended = 0;
  #extension: { readonly type: string; readonly parts: Buffer[] } | undefined;
  #gnuMap: PendingMap | undefined;
  #sparse: SparseReader | undefined;
  #name = "";
  #ended = false;

  /** `what` names the archive in errors. */
  constructor(what: string, visit: Visitor, out: ContentSink, limits: PathLimits) {
    this.#what = what;
    this.#visit = visit;
    this.#out = out;
    this.#limits = limits;
  }

  /** @throws E_LAYER_TAR, E_LAYER_ENTRY, and whatever the visitor throws. */
  write(chunk: Buffer): void {
    let at = 0;
    // What follows the end of the archive is padding or rubbish; every tar ignores it.
    while (at < chunk.length && !this.#ended) {
      at = this.#left > 0 ? this.#body(chunk, at) : this.#head(chunk, at);
    }
    this.#flush(chunk, at);
  }

  /** Says that no more comes. An archive may end without its two blocks of zeros, but not within an entry. */
  end(): void {
    if (this.#ended) return;
    if (this.#carry.length > 0 || this.#left > 0 || this.#gnuMap !== undefined || this.#over !== undefined) {
      throw this.#broken(`the archive is cut short within the entry "${shown(this.#name)}"`);
    }
  }

  #head(chunk: Buffer, at: number): number {
    if (this.#carry.length === 0 && chunk.length - at >= BLOCK) {
      this.#block(chunk.subarray(at, at + BLOCK), chunk, at);
      return at + BLOCK;
    }
    const end = Math.min(chunk.length, at + BLOCK - this.#carry.length);
    this.#flush(chunk, at);
    const block = Buffer.concat([this.#carry, chunk.subarray(at, end)]);
    this.#carry = block.length < BLOCK ? block : NOTHING;
    if (block.length === BLOCK) this.#block(block, chunk, -1);
    return end;
  }

  /** `at`: where the block begins in the chunk; -1 when it was put together from two. */
  #block(raw: Buffer, chunk: Buffer, at: number): void {
    if (this.#gnuMap !== undefined) {
      this.#moreMap(raw, this.#gnuMap);
      return;
    }
    const block = parseBlock(raw);
    if (typeof block === "string") {
      if (!isZero(raw)) throw this.#broken(`${block} (after the entry "${shown(this.#name)}")`);
      this.#flush(chunk, at);
      this.#ended = true;
      return;
    }
    if (isExtension(block.type)) {
      this.#flush(chunk, at);
      this.#beginExtension(block);
      return;
    }
    const read = this.#interpret(block, raw);
    if (read === undefined) {
      this.#flush(chunk, at);
      return;
    }
    const verdict = this.#visit(read.entry);
    if (verdict === "pass" && at >= 0) {
      if (this.#run < 0) this.#run = at;
    } else {
      this.#flush(chunk, at);
      if (verdict === "pass") this.#out.bytes(raw);
      else if (verdict !== "skip") this.#out.bytes(verdict.header);
    }
    this.#beginBody(read, raw, verdict);
  }

  #interpret(block: Block, raw: Buffer): Interpreted | undefined {
    const read = interpret(block, raw, this.#over, this.#limits);
    this.#over = undefined;
    this.#extended = 0;
    if (read === "ignored") {
      this.#expect("skip", block.size);
      return undefined;
    }
    if ("bad" in read) {
      throw fail("E_LAYER_ENTRY", { layer: this.#what, entry: shown(read.name), reason: read.bad });
    }
    this.#name = read.entry.path;
    return read;
  }

  #beginExtension(block: Block): void {
    this.#extended += block.size;
    if (!(block.size >= 0 && this.#extended <= MAX_EXTENSION)) {
      throw this.#broken(`the extended headers of one entry are longer than ${MAX_EXTENSION} bytes`);
    }
    this.#extension = { type: block.type, parts: [] };
    this.#over ??= {};
    this.#expect("gather", block.size);
  }

  #beginBody(read: Interpreted, raw: Buffer, verdict: Verdict): void {
    this.#after = typeof verdict === "object" ? (verdict.after ?? []) : [];
    const wanted = verdict !== "skip";
    if (read.sparse === undefined) {
      this.#expect(wanted ? "pass" : "skip", read.stored);
    } else if (read.sparse === "gnu") {
      this.#gnuMap = { map: new GnuMap(), read, wanted };
      this.#moreMap(raw, this.#gnuMap);
    } else {
      if (wanted) this.#expand(read.entry.size, read.sparse === "head" ? undefined : read.sparse);
      this.#expect(wanted ? "expand" : "skip", read.stored);
    }
  }

  #moreMap(raw: Buffer, gnu: PendingMap): void {
    const more = gnu.map.add(raw);
    if (more === "too long") throw this.#broken(`the map of the sparse file "${shown(this.#name)}" is too long`);
    if (more) return;
    this.#gnuMap = undefined;
    if (gnu.wanted) this.#expand(gnu.read.entry.size, gnu.map.stretches);
    this.#expect(gnu.wanted ? "expand" : "skip", gnu.read.stored);
  }

  #expand(size: number, map: readonly Stretch[] | undefined): void {
    this.#check(map === undefined ? undefined : mapFault(map, size));
    this.#sparse = new SparseReader(size, map, this.#out);
  }

  #expect(fate: Fate, stored: number): void {
    this.#fate = fate;
    this.#stored = stored;
    this.#left = stored + padding(stored);
    if (this.#left === 0) this.#endBody();
  }

  #body(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left);
    if (this.#fate === "pass") {
      if (this.#run < 0) this.#run = at;
    } else {
      this.#flush(chunk, at);
      const content = chunk.subarray(at, Math.min(end, at + this.#stored));
      if (this.#fate === "gather") this.#extension?.parts.push(Buffer.from(content));
      if (this.#fate === "expand") this.#check(this.#sparse?.write(content));
    }
    this.#stored = Math.max(0, this.#stored - (end - at));
    this.#left -= end - at;
    if (this.#left === 0) {
      if (this.#after.length > 0) this.#flush(chunk, end);
      this.#endBody();
    }
    return end;
  }

  #endBody(): void {
    if (this.#fate === "expand" && this.#sparse !== undefined) {
      this.#check(this.#sparse.end());
      this.#out.zeros(padding(this.#sparse.size));
      this.#sparse = undefined;
    }
    if (this.#fate === "gather" && this.#extension !== undefined && this.#over !== undefined) {
      this.#check(applyExtension(this.#extension.type, Buffer.concat(this.#extension.parts), this.#over));
      this.#extension = undefined;
    }
    for (const header of this.#after) this.#out.bytes(header);
    this.#after = [];
  }

  #flush(chunk: Buffer, end: number): void {
    if (this.#run >= 0 && end > this.#run) this.#out.bytes(chunk.subarray(this.#run, end));
    this.#run = -1;
  }

  #check(fault: string | undefined): void {
    if (fault !== undefined) throw this.#broken(`${fault} (at or after the entry "${shown(this.#name)}")`);
  }

  #broken(reason: string): Error {
    return fail("E_LAYER_TAR", { layer: this.#what, reason });
  }
}
