// Takes away the files of images that are marked EXPIRING, in the background: whoever asked for it need not wait for
// another machine. What a stop leaves undone stays marked, and the collector does it.

import { reasonOf } from "../../base/errors.ts";
import type { StoredImage } from "../catalog/access.ts";
import type { GatewayCatalog } from "../catalog/gateway-catalog.ts";
import type { Publisher } from "../types.ts";

/** What removals need. */
export interface RemovalsOptions {
  readonly catalog: Pick<GatewayCatalog, "setStatus">;
  readonly publisher: Pick<Publisher, "remove">;
  readonly signal: AbortSignal;
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

  async #remove({ key, system, id, format }: StoredImage): Promise<void> {
    const { catalog, publisher, signal, onFault } = this.#options;
    if (signal.aborted) return;
    try {
      await publisher.remove(system, id, format, signal);
      await catalog.setStatus(key, "EXPIRED", "");
    } catch (error) {
      onFault(`files of ${id} on ${system} are not removed yet: ${reasonOf(error)}`);
    }
  }
}
