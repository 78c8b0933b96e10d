// Blocks on their way into the file: compressed on several threads, or copied from where they are already, and written
// in the order in which they came. A bounded number is on the way, in buffers that are used again and again.

import { crc32 } from "node:zlib";
import type { BlockRecords } from "./block-records.ts";
import type { Codec } from "./codec.ts";
import { STORED_RAW } from "./format.ts";
import type { BlockSource, KnownBlock } from "./known-block.ts";
import { readFully, type StagedOutput } from "./staged-output.ts";

/** Told where a block is, in the order of the blocks. */
export type Place = (start: number, stored: number) => void;

/** Looks at the place of the next block, and may send the writing back to an earlier one. */
export type Mark = (offset: number) => number | undefined;

interface Block {
  readonly raw: Buffer;
  readonly length: number;
  readonly place: Place;
  /** Of this block, when it is the first of its content. */
  readonly record: number;
  /** Of the first one of its content. */
  readonly copyOf: number;
  readonly known: KnownBlock | undefined;
  /** Its bytes in the file, once they are made. */
  bytes: Buffer | undefined;
}

export interface PipelineParts {
  readonly codec: Codec;
  readonly blockSize: number;
  readonly output: StagedOutput;
  readonly records: BlockRecords;
  readonly library: BlockSource | undefined;
  /** Blocks on the way at one time. */
  readonly limit: number;
  /** Called once, when nothing can be written any more. */
  readonly onFailure: (error: Error) => void;
}

export class BlockPipeline {
  readonly #parts: PipelineParts;
  readonly #free: Buffer[] = [];
  readonly #queue: (Block | Mark)[] = [];
  #blocks = 0;
  #draining = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  /** A buffer of a block's size, to be filled and given to `add` (or back). */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#parts.blockSize);
  }

  giveBack(buffer: Buffer): void {
    this.#free.push(buffer);
  }

  /** Writes the first `length` bytes of `raw`, whose digest is given. The buffer belongs to the pipeline then. */
  add(raw: Buffer, length: number, digest: Buffer, place: Place): void {
    const { records, library, codec } = this.#parts;
    const copyOf = records.find(digest);
    const record = copyOf < 0 ? records.add(digest) : -1;
    const known = copyOf < 0 ? library?.find(digest) : undefined;
    const block: Block = { raw, length, place, record, copyOf, known, bytes: undefined };
    this.#queue.push(block);
    this.#blocks++;
    if (copyOf < 0 && known === undefined) {
      codec.compress(raw.subarray(0, length), (error, packed) => this.#compressed(block, error, packed));
    } else {
      this.#drain();
    }
  }

  /** Calls `mark` when all blocks before are placed. */
  mark(mark: Mark): void {
    this.#queue.push(mark);
    this.#drain();
  }

  /** Waits until another block may come. @throws what went wrong */
  async room(): Promise<void> {
    while (this.#failure === undefined && this.#blocks >= this.#parts.limit) await this.#change();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Waits until everything is placed. @throws what went wrong */
  async end(): Promise<void> {
    while (this.#failure === undefined && (this.#queue.length > 0 || this.#draining)) await this.#change();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Stops; what is on the way is forgotten. */
  stop(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#queue.length = 0;
    this.#wakeUp();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #compressed(block: Block, error: Error | null, packed: Buffer): void {
    if (error !== null) {
      this.#fail(error);
      return;
    }
    block.bytes = packed.length < block.length ? packed : block.raw.subarray(0, block.length);
    this.#drain();
  }

  #drain(): void {
    if (this.#draining || this.#failure !== undefined) return;
    this.#draining = true;
    this.#drainReady().catch((error: Error) => this.#fail(error));
  }

  async #drainReady(): Promise<void> {
    try {
      for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
        if (typeof head === "function") await this.#passMark(head);
        else if (head.bytes !== undefined) await this.#writeBlock(head, head.bytes);
        else if (head.copyOf >= 0) await this.#copyOwn(head);
        else if (head.known !== undefined) await this.#copyKnown(head.known);
        else break;
      }
    } finally {
      // In the same step as the last look at the queue: a block that is ready later must find nobody at work.
      this.#draining = false;
      this.#wakeUp();
    }
  }

  async #passMark(mark: Mark): Promise<void> {
    this.#queue.shift();
    const { output } = this.#parts;
    const back = mark(output.offset);
    if (back !== undefined) await output.rewind(back);
  }

  async #writeBlock(block: Block, bytes: Buffer): Promise<void> {
    const { output } = this.#parts;
    if (!output.fits(bytes.length)) await output.room(bytes.length);
    const raw = bytes.length === block.length && bytes.buffer === block.raw.buffer;
    const start = output.offset;
    output.put(bytes);
    this.#placed(block, start, raw ? bytes.length | STORED_RAW : bytes.length, crc32(bytes));
  }

  /** The content is in this file already, but a file's blocks must follow each other. */
  async #copyOwn(block: Block): Promise<void> {
    const { output, records } = this.#parts;
    const stored = records.stored.get(block.copyOf);
    const length = storedBytes(stored);
    await output.room(length);
    await output.readBack(records.start.get(block.copyOf), output.free(length));
    const start = output.offset;
    output.advance(length);
    this.#placed(block, start, stored, 0);
  }

  /** Copies as many blocks as lie behind each other in the other file, too. */
  async #copyKnown(known: KnownBlock): Promise<void> {
    const { output } = this.#parts;
    let length = storedBytes(known.stored);
    let count = 1;
    for (const next of this.#queue.slice(1)) {
      if (typeof next === "function" || next.known?.file !== known.file) break;
      const bytes = storedBytes(next.known.stored);
      if (next.known.position !== known.position + length || length + bytes > output.capacity) break;
      length += bytes;
      count++;
    }
    await output.room(length);
    const bytes = output.free(length);
    const readable = await readFully(known.file, bytes, known.position).then(
      () => true,
      () => false,
    );
    const run = this.#queue.slice(0, count) as readonly Block[];
    let at = 0;
    for (const block of run) {
      const { stored, crc } = block.known ?? known;
      const piece = bytes.subarray(at, at + storedBytes(stored));
      // The other file is not what it was: make the block anew, and the rest when its turn comes.
      if (!readable || crc32(piece) !== crc) return this.#makeAnew(block);
      const start = output.offset;
      output.advance(piece.length);
      at += piece.length;
      this.#placed(block, start, stored, crc);
    }
  }

  #makeAnew(block: Block): Promise<void> {
    const raw = block.raw.subarray(0, block.length);
    const packed = this.#parts.codec.compressSync(raw);
    return this.#writeBlock(block, packed.length < raw.length ? packed : raw);
  }

  #placed(block: Block, start: number, stored: number, crc: number): void {
    this.#queue.shift();
    this.#blocks--;
    if (block.record >= 0) this.#parts.records.locate(block.record, start, stored, crc);
    block.place(start, stored);
    this.giveBack(block.raw);
    this.#wakeUp();
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.stop(error);
    this.#parts.onFailure(error);
  }
}

function storedBytes(stored: number): number {
  return stored & ~STORED_RAW;
}
