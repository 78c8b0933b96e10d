// Takes down what containers report of their use. In memory at once; in the database when it says something new, and now
// and then besides, so that thousands of reporters are no load.

import { reasonOf } from "../../base/errors.ts";
import type { SpinParts } from "./parts.ts";

/** Seconds between two writings of the same report. */
const WRITE_EVERY = 60;
/** Containers of which it is remembered what was written. */
const MOST_WRITTEN = 100_000;

/** Reports of containers. */
export class Reports {
  readonly #parts: SpinParts;
  readonly #written = new Map<string, { readonly run: number; readonly at: number; readonly active: string }>();

  /** Containers whose reports wait to be written. */
  readonly #waiting = new Set<string>();

  constructor(parts: SpinParts) {
    this.#parts = parts;
  }

  /** A container said how much it is used. False: it is none of these containers, or it does not run. */
  take(id: string, active: string): boolean {
    const { list, clock } = this.#parts;
    const known = list.get(id);
    if (known?.status !== "running") return false;
    const now = clock.now();
    list.put({ ...known, active, reportedAt: now });
    const before = this.#written.get(id);
    if (before?.run === known.run && before.active === active && Math.abs(now - before.at) < WRITE_EVERY) return true;
    // Of containers that somebody else removed.
    if (this.#written.size >= MOST_WRITTEN) this.#written.clear();
    this.#written.set(id, { run: known.run, at: now, active });
    this.#write(id);
    return true;
  }

  #write(id: string): void {
    // What waits writes what was reported last: a container that talks fast makes no queue.
    if (this.#waiting.has(id)) return;
    this.#waiting.add(id);
    const { turns, book, log, list } = this.#parts;
    // In its turn, so that the report of one run is never written over the beginning of the next.
    const write = async () => {
      this.#waiting.delete(id);
      const { active, reportedAt } = list.get(id) ?? {};
      if (active !== undefined && reportedAt !== undefined) await book.report(id, active, reportedAt);
      else this.#written.delete(id);
    };
    turns.take(id, write).catch((error: unknown) => {
      this.#written.delete(id);
      log.warn(`a report of ${id} was not written down: ${reasonOf(error)}`);
    });
  }

  /** A container is gone. */
  forget(id: string): void {
    this.#written.delete(id);
  }
}
