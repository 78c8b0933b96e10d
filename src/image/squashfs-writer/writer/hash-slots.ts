// A hash table that holds nothing but indexes into something else: open addressing, at most half full.

/** Finds indexes by a hash; what is equal the caller decides. */
export class HashSlots {
  /** Index + 1; 0 is free. */
  #slots = new Int32Array(1024);
  #count = 0;
  readonly #hashOf: (index: number) => number;

  /** `hashOf` gives the hash (32 bits) of what has an index, for when the table grows. */
  constructor(hashOf: (index: number) => number) {
    this.#hashOf = hashOf;
  }

  /** The index with this hash for which `same` holds; -1 when there is none. */
  find(hash: number, same: (index: number) => boolean): number {
    const mask = this.#slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const index = (this.#slots[at] ?? 0) - 1;
      if (index < 0 || same(index)) return index;
    }
  }

  add(hash: number, index: number): void {
    if (2 * ++this.#count > this.#slots.length) this.#grow();
    this.#put(hash, index);
  }

  #put(hash: number, index: number): void {
    const mask = this.#slots.length - 1;
    let at = hash & mask;
    while (this.#slots[at] !== 0) at = (at + 1) & mask;
    this.#slots[at] = index + 1;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(2 * old.length);
    for (const slot of old) if (slot !== 0) this.#put(this.#hashOf(slot - 1), slot - 1);
  }
}
