// One at a time, first come first served: what keeps the transactions of one process apart on one connection.
// Knows nothing of databases.

import { fail } from "./errors.ts";

/** A right that one holder has at a time. */
export class Turn {
  readonly #patienceMs: number;
  readonly #waiting: (() => void)[] = [];
  #taken = false;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** True while somebody has it. */
  get taken(): boolean {
    return this.#taken;
  }

  /** Waits for the turn; the answer gives it back. @throws E_STORE_BUSY after the patience given */
  async take(): Promise<() => void> {
    if (this.#taken) await this.#queue();
    this.#taken = true;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#waiting.shift();
      // Handed on without a gap, so that nobody who comes just now overtakes.
      if (next) next();
      else this.#taken = false;
    };
  }

  #queue(): Promise<void> {
    return new Promise((resolve, reject) => {
      const mine = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(mine), 1);
        reject(fail("E_STORE_BUSY", { seconds: this.#patienceMs / 1000 }));
      }, this.#patienceMs);
      this.#waiting.push(mine);
    });
  }
}
