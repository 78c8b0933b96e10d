// The content of one file after the other: cut into blocks, equal files found, ends packed.

import { createHash, type Hash } from "node:crypto";
import type { Contents } from "./contents.ts";
import { digestOf } from "./digest.ts";
import type { Fragments } from "./fragments.ts";
import type { BlockPipeline } from "./pipeline.ts";

/** Stands for the digest of a block of zeros. */
const HOLE = Buffer.alloc(32);

export class FileIntake {
  readonly #contents: Contents;
  readonly #pipeline: BlockPipeline;
  readonly #fragments: Fragments;
  readonly #zeros: Buffer;
  readonly #blockSize: number;
  #record = -1;
  /** Bytes of the present file that are to come. */
  #left = 0;
  #block: Buffer | undefined;
  #fill = 0;
  /** Over the digests of a file's blocks. */
  #digest: Hash | undefined;
  /** Given the record that the file's node shall keep. */
  #done: (record: number) => void = () => {};

  constructor(contents: Contents, pipeline: BlockPipeline, fragments: Fragments, blockSize: number) {
    this.#contents = contents;
    this.#pipeline = pipeline;
    this.#fragments = fragments;
    this.#blockSize = blockSize;
    this.#zeros = Buffer.alloc(blockSize);
  }

  /** Begins a file of `size` bytes; `done` is told which record of the contents it has. */
  begin(size: number, done: (record: number) => void): void {
    const record = this.#contents.begin(size);
    this.#record = record;
    this.#left = size;
    this.#done = done;
    if (size >= this.#blockSize) {
      this.#digest = createHash("sha256");
      this.#pipeline.mark((offset) => {
        this.#contents.start.set(record, offset);
        return undefined;
      });
    }
    if (size === 0) this.#done(record);
  }

  /** Takes content; what comes beyond the file's size is padding. */
  write(bytes: Buffer): void {
    let rest = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    while (rest.length > 0) {
      // The whole end in one piece needs no copy.
      if (this.#fill === 0 && rest.length === this.#left && rest.length < this.#blockSize) {
        this.#end(rest);
        return;
      }
      this.#block ??= this.#pipeline.take();
      const take = Math.min(rest.length, this.#blockSize - this.#fill);
      this.#block.set(take === rest.length ? rest : rest.subarray(0, take), this.#fill);
      this.#fill += take;
      this.#left -= take;
      rest = rest.subarray(take);
      if (this.#fill === this.#blockSize) this.#endBlock(this.#block);
      if (this.#left === 0) this.#end((this.#block ?? this.#zeros).subarray(0, this.#fill));
    }
  }

  zeros(count: number): void {
    for (let left = Math.min(count, this.#left); left > 0; left -= this.#zeros.length) {
      this.write(left < this.#zeros.length ? this.#zeros.subarray(0, left) : this.#zeros);
    }
  }

  #endBlock(block: Buffer): void {
    const { blockCount, blockSizes, sparse } = this.#contents;
    blockCount.add(this.#record, 1);
    const index = blockSizes.push(0);
    this.#fill = 0;
    if (block.equals(this.#zeros)) {
      this.#digest?.update(HOLE);
      sparse.add(this.#record, this.#blockSize);
      return;
    }
    const digest = digestOf(block);
    this.#digest?.update(digest);
    this.#block = undefined;
    this.#pipeline.add(block, this.#blockSize, digest, (_, stored) => blockSizes.set(index, stored));
  }

  #end(tail: Buffer): void {
    const contents = this.#contents;
    const record = this.#record;
    const size = contents.size.get(record);
    this.#left = 0;
    this.#fill = 0;
    const tailDigest = digestOf(tail);
    const digest = this.#digest?.update(tailDigest).digest() ?? tailDigest;
    this.#digest = undefined;
    const same = contents.find(digest, size);
    if (same >= 0) this.#forget(record);
    else contents.remember(digest, record);
    if (same < 0 && tail.length > 0) {
      const { index, offset } = this.#fragments.add(tail, tailDigest);
      contents.fragment.set(record, index);
      contents.fragmentOffset.set(record, offset);
    }
    this.#done(same < 0 ? record : same);
  }

  /** The blocks of a file that is there already are written over by what follows. */
  #forget(record: number): void {
    const { start, blockCount } = this.#contents;
    if (blockCount.get(record) === 0) this.#contents.drop(record);
    else this.#pipeline.mark(() => start.get(record));
  }
}
