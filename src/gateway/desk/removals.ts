// Takes away the files of images that are marked EXPIRING, in the background: whoever asked for it need not wait for
// another machine. What a stop leaves undone stays marked, and the collector does it.

import { reasonOf } from "../../base/errors.ts";
import type { StoredImage } from "../catalog/access.ts";
import { type RemovalParts, removeExpiring } from "../collect/removal.ts";

/** What removals need. */
export interface RemovalsOptions extends Omit<RemovalParts, "log"> {
  readonly onFault: (reason: string) => void;
}

/** Removals under way, one after the other. */
export class Removals {
  readonly #options: RemovalsOptions;
  #last: Promise<void> = Promise.resolve();

  constructor(options: RemovalsOptions) {
    this.#options = options;
  }

  /** Queues the image's files for removal. It is marked EXPIRING already. */
  start(image: StoredImage): void {
    this.#last = this.#last.then(() => this.#remove(image));
  }

  /** Resolves when nothing is under way. */
  settled(): Promise<void> {
    return this.#last;
  }

  async #remove(image: StoredImage): Promise<void> {
    const { onFault, ...parts } = this.#options;
    if (parts.signal.aborted) return;
    try {
      await removeExpiring(image, { ...parts, log: { warn: onFault } });
    } catch (error) {
      onFault(`files of ${image.id} on ${image.system} are not removed yet: ${reasonOf(error)}`);
    }
  }
}
