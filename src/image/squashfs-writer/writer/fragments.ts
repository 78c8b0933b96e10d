// Packs the ends of files, and small files, into fragment blocks. Some ends open a new block wherever they come, chosen
// by their content: so two images that have files in common soon have equal fragment blocks, whatever comes before.

import { Column } from "./columns.ts";
import { digestOf } from "./digest.ts";
import type { BlockPipeline } from "./pipeline.ts";

/** One end in so many opens a block. Fewer: longer until the blocks are equal again; more: worse compression. */
const ANCHOR_EVERY = 128;

export class Fragments {
  readonly start = new Column("f64");
  readonly stored = new Column("u32");
  readonly #pipeline: BlockPipeline;
  readonly #blockSize: number;
  #block: Buffer | undefined;
  #fill = 0;

  constructor(pipeline: BlockPipeline, blockSize: number) {
    this.#pipeline = pipeline;
    this.#blockSize = blockSize;
  }

  /** Adds the end of a file: the index of its fragment block, and its first byte there. */
  add(tail: Buffer, digest: Buffer): { readonly index: number; readonly offset: number } {
    const anchor = digest.readUInt16LE() % ANCHOR_EVERY === 0;
    if (anchor || this.#fill + tail.length > this.#blockSize) this.flush();
    this.#block ??= this.#pipeline.take();
    this.#block.set(tail, this.#fill);
    this.#fill += tail.length;
    return { index: this.start.length, offset: this.#fill - tail.length };
  }

  /** Sends the present block on its way. */
  flush(): void {
    const block = this.#block;
    if (block === undefined) return;
    const index = this.start.push(0);
    this.stored.push(0);
    this.#pipeline.add(block, this.#fill, digestOf(block.subarray(0, this.#fill)), (start, stored) => {
      this.start.set(index, start);
      this.stored.set(index, stored);
    });
    this.#block = undefined;
    this.#fill = 0;
  }
}
