// Writes a file from front to back through two buffers: one is filled while the other one is on its way to the disk.

import type { FileHandle } from "node:fs/promises";

const MIN_STAGE = 1 << 20;

export class StagedOutput {
  readonly file: FileHandle;
  /** Position in the file of the first staged byte. */
  #base: number;
  #fill = 0;
  #stage: Buffer;
  #other: Buffer;
  #writing: Promise<void> = Promise.resolve();

  /** Begins at `offset`; pieces may have up to `largest` bytes. */
  constructor(file: FileHandle, offset: number, largest: number) {
    this.file = file;
    this.#base = offset;
    this.#stage = Buffer.allocUnsafe(Math.max(MIN_STAGE, largest));
    this.#other = Buffer.allocUnsafe(this.#stage.length);
  }

  /** Position of the next byte. */
  get offset(): number {
    return this.#base + this.#fill;
  }

  /** Bytes that the longest piece may have. */
  get capacity(): number {
    return this.#stage.length;
  }

  /** True when a piece of `length` bytes can be put without waiting. */
  fits(length: number): boolean {
    return this.#fill + length <= this.#stage.length;
  }

  /** Waits for room for one piece. */
  async room(length: number): Promise<void> {
    if (!this.fits(length)) await this.#send();
  }

  /** Appends a piece that fits. */
  put(bytes: Buffer): void {
    this.#stage.set(bytes, this.#fill);
    this.#fill += bytes.length;
  }

  /** The free bytes behind those staged; what is read into them counts after `advance`. */
  free(length: number): Buffer {
    return this.#stage.subarray(this.#fill, this.#fill + length);
  }

  advance(length: number): void {
    this.#fill += length;
  }

  /** Appends pieces of any number and length. */
  async write(parts: readonly Buffer[]): Promise<void> {
    for (const part of parts) {
      for (let at = 0; at < part.length; at += this.#stage.length) {
        const piece = part.subarray(at, at + this.#stage.length);
        await this.room(piece.length);
        this.put(piece);
      }
    }
  }

  /** Goes back: what was written from `offset` on is to be written over. */
  async rewind(offset: number): Promise<void> {
    if (offset < this.#base) {
      await this.#writing;
      this.#base = offset;
    }
    this.#fill = offset - this.#base;
  }

  /** Copies a piece that was put before into `into`, which may be a part of `free`: the buffers stay where they are. */
  async readBack(position: number, into: Buffer): Promise<void> {
    if (position >= this.#base) {
      into.set(this.#stage.subarray(position - this.#base, position - this.#base + into.length));
    } else {
      await this.#writing;
      await readFully(this.file, into, position);
    }
  }

  /** Waits until everything is in the file. */
  async flush(): Promise<void> {
    await this.#send();
    await this.#writing;
  }

  /** Waits for what is on its way, whatever becomes of it. */
  async idle(): Promise<void> {
    await this.#writing.catch(() => {});
  }

  async #send(): Promise<void> {
    await this.#writing;
    const bytes = this.#stage.subarray(0, this.#fill);
    if (bytes.length === 0) return;
    const position = this.#base;
    [this.#stage, this.#other] = [this.#other, this.#stage];
    this.#base += this.#fill;
    this.#fill = 0;
    this.#writing = writeFully(this.file, bytes, position);
    // Reported by the next wait.
    this.#writing.catch(() => {});
  }
}

async function writeFully(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Fills `into` from a file. @throws when the file is shorter */
export async function readFully(file: FileHandle, into: Buffer, position: number): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) throw new Error("a file became shorter while it was read");
    done += bytesRead;
  }
}
