// One after the other for each thing, side by side for different things.

/** Turns by name. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `work` when everything that was asked for `name` before has ended. */
  take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    const quiet = mine.catch(() => {});
    this.#last.set(name, quiet);
    void quiet.then(() => {
      if (this.#last.get(name) === quiet) this.#last.delete(name);
    });
    return mine;
  }

  /** Resolves when nobody waits and nothing runs. */
  async settled(): Promise<void> {
    while (this.#last.size > 0) await Promise.all(this.#last.values());
  }
}
