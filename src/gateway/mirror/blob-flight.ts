// A blob that is on its way into the store, and those who read it meanwhile: each follows the growing file at its own
// pace, so that many clients and one download need no more memory than a piece for each. The last byte goes out only
// after the digest was found right.

import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Expected } from "../../base/digest.ts";
import type { Progress } from "../../base/log.ts";
import { fail } from "./errors.ts";

const PIECE = 256 * 1024;

/** What is known of a running download. The file grows from its beginning, in order. */
export class BlobFlight {
  readonly #digest: string;
  readonly #size: number;
  #reached = 0;
  #attempt = 0;
  /** True: what came first is not known to be at the beginning, so that readers wait for the end. */
  #blind = false;
  #landed = false;
  #failure: unknown;
  #change = Promise.withResolvers<void>();

  constructor({ digest, size }: Expected) {
    this.#digest = digest;
    this.#size = size;
  }

  /** For the download, which has to fetch in one range. */
  readonly progress: Progress = {
    start: () => {
      this.#attempt += 1;
      this.#reached = 0;
      let first = true;
      return {
        advance: (bytes) => {
          // The first figure is what an earlier process left, which may have holes.
          if (first) this.#blind = bytes > 0;
          first = false;
          this.#reached += bytes;
          this.#changed();
        },
        done() {},
      };
    },
  };

  /** The download has ended well (without a failure) or not. */
  end(failure?: unknown): void {
    this.#failure = failure;
    this.#landed = failure === undefined;
    this.#changed();
  }

  /** Resolves when there is something to read in the file, or the download has ended. @throws its failure */
  async begun(): Promise<void> {
    while (!this.#landed && this.#available() <= 0) await this.#news();
  }

  /** Bytes `from` to `to` (excluded) out of the file, as they come. Closes the file. */
  follow(file: FileHandle, from: number, to: number): Readable {
    return Readable.from(this.#pieces(file, from, to), { objectMode: false, highWaterMark: PIECE });
  }

  async *#pieces(file: FileHandle, from: number, to: number): AsyncGenerator<Buffer> {
    const attempt = this.#attempt;
    try {
      for (let at = from; at < to; ) {
        if (this.#attempt !== attempt) throw fail("E_MIRROR_BROKEN_OFF", { digest: this.#digest });
        const length = Math.min(PIECE, to - at, this.#available() - at);
        if (length <= 0) {
          await this.#news();
          continue;
        }
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
        if (bytesRead === 0) throw fail("E_MIRROR_BROKEN_OFF", { digest: this.#digest });
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  #available(): number {
    if (this.#landed) return this.#size;
    return this.#blind ? 0 : Math.min(this.#reached, this.#size - 1);
  }

  async #news(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await this.#change.promise;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #changed(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers<void>();
    resolve();
  }
}

/** Opens the first of these files that is there. @throws ENOENT */
export async function openFirst(paths: readonly string[]): Promise<FileHandle> {
  for (const path of paths.slice(0, -1)) {
    const file = await open(path, "r").catch(() => undefined);
    if (file) return file;
  }
  return open(paths.at(-1) ?? "", "r");
}
