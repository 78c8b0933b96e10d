// The tar stream on its way to the squashfs writer: gathers slices while one chunk is scanned, then sends them together,
// waiting while the writer is busy. Holds no more than what two chunks gave rise to.

import type { Writable } from "node:stream";
import type { ContentSink } from "../tar/sparse.ts";

const ZEROS = Buffer.alloc(1 << 18);

export class TarOutput implements ContentSink {
  readonly #to: Writable;
  readonly #signal: AbortSignal;
  /** Slices, and numbers of zero bytes. */
  #queue: (Buffer | number)[] = [];
  /** The batch before, on its way. */
  #sent: Promise<void> = Promise.resolve();

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

  /** Sends what was gathered, as soon as what was sent before is through. */
  async send(): Promise<void> {
    const queue = this.#queue;
    if (queue.length === 0) return;
    this.#queue = [];
    let batch: Buffer[] = [];
    for (const item of queue) {
      if (typeof item !== "number") {
        batch.push(item);
        continue;
      }
      for (let left = item; left > 0; left -= ZEROS.length) {
        batch.push(left < ZEROS.length ? ZEROS.subarray(0, left) : ZEROS);
        await this.#sendBatch(batch);
        batch = [];
      }
    }
    await this.#sendBatch(batch);
  }

  /** Waits until everything is through. */
  async end(): Promise<void> {
    await this.send();
    await this.#sent;
  }

  async #sendBatch(batch: readonly Buffer[]): Promise<void> {
    await this.#sent;
    this.#signal.throwIfAborted();
    if (batch.length > 0) this.#sent = this.#write(batch);
    // A failure is reported by the next wait; until then it must not count as unhandled.
    this.#sent.catch(() => {});
  }

  // The callback of the last write, not the "drain" event: Bun's pipes to child processes have no working one.
  #write(batch: readonly Buffer[]): Promise<void> {
    const signal = this.#signal;
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      const done = (error?: Error | null) => {
        signal.removeEventListener("abort", abort);
        if (error) reject(error);
        else resolve();
      };
      this.#to.cork();
      for (const [i, slice] of batch.entries())
        if (i === batch.length - 1) this.#to.write(slice, done);
        else this.#to.write(slice);
      this.#to.uncork();
    });
  }
}
