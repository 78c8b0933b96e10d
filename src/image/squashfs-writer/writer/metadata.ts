// A stream of metadata, cut into blocks of 8 KiB that are compressed each by itself, and the tables that are looked up
// by index through a list of their blocks' positions.

import type { Codec } from "./codec.ts";
import { METADATA_BYTES, METADATA_RAW, type Place } from "./format.ts";

export class MetadataStream {
  readonly #codec: Codec;
  readonly #raw = Buffer.alloc(METADATA_BYTES);
  #fill = 0;
  readonly #done: Buffer[] = [];
  #bytes = 0;
  /** Positions of the blocks in this stream. */
  readonly positions: number[] = [];

  constructor(codec: Codec) {
    this.#codec = codec;
  }

  /** Where the next byte will be. */
  get place(): Place {
    return { block: this.#bytes, offset: this.#fill };
  }

  /** Appends the first `length` of `bytes`. */
  write(bytes: Buffer, length = bytes.length): void {
    for (let at = 0; at < length; ) {
      const take = Math.min(length - at, METADATA_BYTES - this.#fill);
      this.#raw.set(bytes.subarray(at, at + take), this.#fill);
      this.#fill += take;
      at += take;
      if (this.#fill === METADATA_BYTES) this.#block();
    }
  }

  /** The compressed blocks. Nothing may be written afterwards. */
  end(): readonly Buffer[] {
    if (this.#fill > 0) this.#block();
    return this.#done;
  }

  #block(): void {
    const raw = this.#raw.subarray(0, this.#fill);
    const packed = this.#codec.compressSync(raw);
    const shrunk = packed.length < raw.length;
    const body = shrunk ? packed : raw;
    const block = Buffer.allocUnsafe(2 + body.length);
    block.writeUInt16LE(shrunk ? body.length : body.length | METADATA_RAW);
    block.set(body, 2);
    this.#done.push(block);
    this.positions.push(this.#bytes);
    this.#bytes += block.length;
    this.#fill = 0;
  }
}

/** A table at `start` of the file: blocks, then the list of their positions; `at` is where the list begins. */
export function indexedTable(stream: MetadataStream, start: number): { readonly parts: Buffer[]; readonly at: number } {
  const blocks = stream.end();
  const list = Buffer.alloc(8 * blocks.length);
  for (const [i, position] of stream.positions.entries()) list.writeBigUInt64LE(BigInt(start + position), 8 * i);
  return { parts: [...blocks, list], at: start + totalLength(blocks) };
}

export function totalLength(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
