// A set of SHA-256 digests, each with the index under which it came in.

import { Bytes } from "./columns.ts";
import { HashSlots } from "./hash-slots.ts";

export const DIGEST_BYTES = 32;

export class DigestTable {
  readonly #digests = new Bytes();
  readonly #slots = new HashSlots((index) => this.digest(index).readInt32LE());

  get length(): number {
    return this.#digests.length / DIGEST_BYTES;
  }

  /** The index of a digest; -1 when it is not there. */
  find(digest: Buffer): number {
    return this.#slots.find(digest.readInt32LE(), (index) => this.#digests.isBytes(index * DIGEST_BYTES, digest));
  }

  /** Adds a digest that is not there yet, and gives its index. */
  add(digest: Buffer): number {
    const index = this.length;
    this.#digests.push(digest);
    this.#slots.add(digest.readInt32LE(), index);
    return index;
  }

  /** Valid until the next `add`. */
  digest(index: number): Buffer {
    return this.#digests.view(index * DIGEST_BYTES, DIGEST_BYTES);
  }
}
