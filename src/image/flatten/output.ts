// The tar stream on its way to the squashfs writer: gathers slices while one chunk is scanned, then sends them together,
// waiting while the writer is busy. Holds no more than what one chunk gave rise to.

import { once } from "node:events";
import type { Writable } from "node:stream";
import type { ContentSink } from "../tar/sparse.ts";

const ZEROS = Buffer.alloc(1 << 18);

export class TarOutput implements ContentSink {
  readonly #to: Writable;
  readonly #signal: AbortSignal;
  /** Slices, and numbers of zero bytes. */
  #queue: (Buffer | number)[] = [];

  /** `signal` ends every waiting. */
  constructor(to: Writable, signal: AbortSignal) {
    this.#to = to;
    this.#signal = signal;
  }

  bytes(slice: Buffer): void {
    this.#queue.push(slice);
  }

  zeros(count: number): void {
    if (count > 0) this.#queue.push(count);
  }

  /** Sends what was gathered; the slices may be reused only after the stream has taken them. */
  async send(): Promise<void> {
    const queue = this.#queue;
    this.#queue = [];
    this.#signal.throwIfAborted();
    this.#to.cork();
    for (const item of queue) {
      if (typeof item === "number") await this.#sendZeros(item);
      else this.#to.write(item);
    }
    this.#to.uncork();
    await this.#room();
  }

  async #sendZeros(count: number): Promise<void> {
    this.#to.uncork();
    for (let left = count; left > 0; left -= ZEROS.length) {
      this.#to.write(left < ZEROS.length ? ZEROS.subarray(0, left) : ZEROS);
      await this.#room();
    }
    this.#to.cork();
  }

  async #room(): Promise<void> {
    if (this.#to.writableNeedDrain) await once(this.#to, "drain", { signal: this.#signal });
  }
}
