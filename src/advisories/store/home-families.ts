// Which families of ecosystems an archive is about. Records of npm mention packages of other families too, and these mentions must
// not take the place of a whole archive of theirs. Pure.

/** Hears of every record, and tells what they are about when all are known. */
export class HomeFamilies {
  readonly #shared = new Map<string, ReadonlySet<string>>();
  readonly #all = new Map<string, Set<string>>();

  /** A record of the archive or folder `within` affects packages of these families. */
  add(within: string, families: ReadonlySet<string>): void {
    if (families.size === 0) return;
    const shared = this.#shared.get(within) ?? families;
    this.#shared.set(within, new Set([...shared].filter((family) => families.has(family))));
    const all = this.#all.get(within) ?? new Set();
    for (const family of families) all.add(family);
    this.#all.set(within, all);
  }

  /** The families that all records of an archive share; where they share none, all that are in it. */
  families(): ReadonlySet<string> {
    const found = [...this.#shared].flatMap(([within, shared]) => [
      ...(shared.size > 0 ? shared : (this.#all.get(within) ?? [])),
    ]);
    return new Set(found);
  }
}
