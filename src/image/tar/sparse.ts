// Files with holes as GNU tar stores them (formats "old GNU", and PAX 0.0, 0.1 and 1.0): a map of the stretches that
// have data, and only those stretches. Read here, they become whole files again.

import { BLOCK, number, text } from "./block.ts";

/** One stretch of data in a sparse file. */
export interface Stretch {
  readonly offset: number;
  readonly length: number;
}

/** Where expanded content goes. `zeros` may be of any length. */
export interface ContentSink {
  bytes(slice: Buffer): void;
  zeros(count: number): void;
}

const STRETCH = 24;
/** More would be a file of a million holes; the map is kept in memory. */
const MAX_STRETCHES = 1_000_000;
const MAX_MAP_TEXT = 32 << 20;
const BAD_MAP = "a sparse file's map is wrong";

/** The map of the old GNU format: four stretches in the file's header, 21 in each block that follows. */
export class GnuMap {
  readonly stretches: Stretch[] = [];
  #first = true;

  /** Takes the header or the next block of the map; says whether another one follows. */
  add(block: Buffer): boolean | "too long" {
    const [at, slots, more] = this.#first ? [386, 4, 482] : [0, 21, 504];
    this.#first = false;
    this.stretches.push(...stretchesOf(block, at, slots));
    return this.stretches.length > MAX_STRETCHES ? "too long" : block[more] !== 0;
  }
}

function stretchesOf(block: Buffer, at: number, slots: number): readonly Stretch[] {
  const found: Stretch[] = [];
  for (let i = 0; i < slots; i++) {
    const here = at + i * STRETCH;
    if (text(block, here, 12) === "" && text(block, here + 12, 12) === "") break;
    found.push({ offset: number(block, here, 12), length: number(block, here + 12, 12) });
  }
  return found;
}

/** A map written as alternating decimal numbers (PAX 0.0 and 0.1). Wrong text gives NaN, which the reader refuses. */
export function stretchesOfList(list: string): readonly Stretch[] {
  const numbers = list === "" ? [] : list.split(",").map((word) => (/^\d+$/.test(word) ? Number(word) : Number.NaN));
  const found: Stretch[] = [];
  for (let i = 0; i < numbers.length; i += 2) {
    found.push({ offset: numbers[i] ?? Number.NaN, length: numbers[i + 1] ?? Number.NaN });
  }
  return found;
}

/** What is wrong with a map: stretches must be in order, apart from each other, and inside of the file. */
export function mapFault(map: readonly Stretch[], size: number): string | undefined {
  let at = 0;
  for (const { offset, length } of map) {
    // Not written the other way round: a NaN must be refused, too.
    if (!(offset >= at && length >= 0 && offset + length <= size)) return BAD_MAP;
    at = offset + length;
  }
  return undefined;
}

/** Turns the stored stretches back into the whole content. The methods return what is wrong, if anything. */
export class SparseReader {
  /** Bytes of the whole file. */
  readonly size: number;
  readonly #out: ContentSink;
  #map: readonly Stretch[];
  /** Text of a PAX 1.0 map that is not complete yet. */
  #mapText: string | undefined;
  /** Lines of that text so far, and those that the first of them asks for. */
  #lines = 0;
  #linesWanted: number | undefined;
  #at = 0;
  #index = 0;

  /** `map`: checked with `mapFault`; undefined when it stands at the head of the data (PAX 1.0). */
  constructor(size: number, map: readonly Stretch[] | undefined, out: ContentSink) {
    this.size = size;
    this.#map = map ?? [];
    this.#mapText = map === undefined ? "" : undefined;
    this.#out = out;
  }

  /** Takes stored bytes (without the padding at the end). */
  write(chunk: Buffer): string | undefined {
    let rest = chunk;
    while (this.#mapText !== undefined && rest.length > 0) {
      // The map fills whole blocks; pieces of a block are gathered by its length.
      const room = BLOCK - (this.#mapText.length % BLOCK);
      const piece = rest.toString("latin1", 0, Math.min(room, rest.length));
      this.#mapText += piece;
      this.#lines += piece.split("\n").length - 1;
      rest = rest.subarray(room);
      if (this.#mapText.length > MAX_MAP_TEXT) return BAD_MAP;
      const fault = this.#mapText.length % BLOCK === 0 ? this.#readMap() : undefined;
      if (fault !== undefined) return fault;
    }
    return rest.length === 0 ? undefined : this.#data(rest);
  }

  /** The rest of the file after the last stretch. */
  end(): string | undefined {
    if (this.#mapText !== undefined || this.#map.slice(this.#index).some((s) => s.length !== 0)) {
      return "a sparse file's data is incomplete";
    }
    this.#out.zeros(this.size - this.#at);
    return undefined;
  }

  #data(chunk: Buffer): string | undefined {
    let rest = chunk;
    while (rest.length > 0) {
      const stretch = this.#map[this.#index];
      if (stretch === undefined) return "a sparse file has more data than its map says";
      if (this.#at < stretch.offset) {
        this.#out.zeros(stretch.offset - this.#at);
        this.#at = stretch.offset;
      }
      const take = Math.min(rest.length, stretch.offset + stretch.length - this.#at);
      if (take > 0) this.#out.bytes(rest.subarray(0, take));
      this.#at += take;
      rest = rest.subarray(take);
      if (this.#at === stretch.offset + stretch.length) this.#index++;
    }
    return undefined;
  }

  #readMap(): string | undefined {
    const text = this.#mapText ?? "";
    // Counted, since taking the text apart once for each of its blocks would be endless work.
    this.#linesWanted ??= linesOfMap(text);
    if (Number.isNaN(this.#linesWanted)) return BAD_MAP;
    if (this.#lines < this.#linesWanted) return undefined;
    this.#map = stretchesOfList(text.split("\n").slice(1, this.#linesWanted).join(","));
    this.#mapText = undefined;
    return mapFault(this.#map, this.size);
  }
}

/** Lines of a map, by what its first block says: the number of stretches, then two lines for each. NaN: it says nothing. */
function linesOfMap(firstBlock: string): number {
  const end = firstBlock.indexOf("\n");
  const count = end < 0 ? Number.NaN : Number(firstBlock.slice(0, end));
  return Number.isSafeInteger(count) && count >= 0 && count <= MAX_STRETCHES ? 1 + 2 * count : Number.NaN;
}
