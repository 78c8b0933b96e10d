// Counts what an image asks for against what it may ask for, before it is given.

import { formatSize } from "../../base/size.ts";
import { fail } from "../errors.ts";
import type { FlattenLimits } from "./options.ts";

export class Budget {
  readonly limits: FlattenLimits;
  /** Uncompressed bytes of layers read so far. */
  bytes = 0;
  #content = 0;
  #entries = 0;

  constructor(limits: FlattenLimits) {
    this.limits = limits;
  }

  /** Counts an entry whose content has `size` bytes. @throws E_LAYER_LIMIT */
  entry(size: number, layer: string): void {
    this.#entries++;
    this.#content += size;
    const { maxEntries, maxBytes } = this.limits;
    if (this.#entries > maxEntries) {
      throw fail("E_LAYER_LIMIT", { layer, reason: `with it the image has more than ${maxEntries} entries` });
    }
    if (this.#content > maxBytes) throw this.#tooLarge(layer);
  }

  /** Counts uncompressed bytes. @throws E_LAYER_LIMIT */
  chunk(bytes: number, layer: string): void {
    this.bytes += bytes;
    if (this.bytes > this.limits.maxBytes) throw this.#tooLarge(layer);
  }

  #tooLarge(layer: string): Error {
    const reason = `with it the image unpacks to more than ${formatSize(this.limits.maxBytes)}`;
    return fail("E_LAYER_LIMIT", { layer, reason });
  }
}
