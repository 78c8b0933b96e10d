// The table of user and group ids: inodes hold 16-bit indexes into it.

import { fail } from "../../errors.ts";
import type { Codec } from "./codec.ts";
import { MetadataStream } from "./metadata.ts";

/** The count is a field of 16 bits. */
const MAX_IDS = 65_535;

export class OwnerTable {
  readonly #index = new Map<number, number>();

  get length(): number {
    return this.#index.size;
  }

  /** The index of an id. @throws E_SQUASHFS_LIMIT */
  index(id: number): number {
    const known = this.#index.get(id);
    if (known !== undefined) return known;
    const index = this.#index.size;
    if (index === MAX_IDS) throw fail("E_SQUASHFS_LIMIT", { what: `more than ${MAX_IDS} different owners and groups` });
    this.#index.set(id, index);
    return index;
  }

  encode(codec: Codec): MetadataStream {
    const stream = new MetadataStream(codec);
    const entry = Buffer.alloc(4);
    for (const id of this.#index.keys()) {
      entry.writeUInt32LE(id);
      stream.write(entry);
    }
    return stream;
  }
}
