// What a server remembers of lookups: images by name, up to so many bytes of their records, forgotten at every change.
// Questions for the same name asked at the same time are one. Knows nothing of SQL or people.
//
// A name is remembered when it is asked for the second time: whoever goes through all images must not push out those that
// jobs use, and keeping what is never asked for again costs more than asking the database.

/** What is remembered about one name. */
interface Entry<T> {
  readonly value: T;
  readonly key: number;
  readonly weight: number;
}

/** Names in a generation of those asked for once. */
const ONCE = 5000;

/** Values by name, which belong to numbered things that change. The least recently asked go first. */
export class Memory<T> {
  readonly #maxWeight: number;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #namesOf = new Map<number, Set<string>>();
  readonly #asked = new Map<string, Promise<T | undefined>>();
  #weight = 0;
  /** Names asked for once lately, and before that. */
  #once = new Set<string>();
  #onceBefore = new Set<string>();
  /** Counts changes: an answer that was asked for before one is not kept. */
  #changes = 0;

  constructor(maxWeight: number) {
    this.#maxWeight = maxWeight;
  }

  /** What is remembered of the name. */
  get(name: string): T | undefined {
    const entry = this.#entries.get(name);
    if (!entry) return undefined;
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return entry.value;
  }

  /**
   * Asks once for everybody who wants to know, and, when the name was asked for before, remembers what was found unless
   * something changed meanwhile.
   */
  ask(name: string, look: () => Promise<Found<T> | undefined>): Promise<T | undefined> {
    const known = this.#asked.get(name);
    if (known) return known;
    const asked = this.#look(name, look).finally(() => {
      if (this.#asked.get(name) === asked) this.#asked.delete(name);
    });
    this.#asked.set(name, asked);
    return asked;
  }

  /** Forgets all names of the thing, and answers that are on their way. */
  forget(key: number): void {
    this.#changed();
    for (const name of [...(this.#namesOf.get(key) ?? [])]) this.#remove(name);
  }

  clear(): void {
    this.#changed();
    this.#entries.clear();
    this.#namesOf.clear();
    this.#weight = 0;
  }

  async #look(name: string, look: () => Promise<Found<T> | undefined>): Promise<T | undefined> {
    const changes = this.#changes;
    const again = this.#isAskedAgain(name);
    const found = await look();
    if (found && again && changes === this.#changes) this.#keep(name, found);
    return found?.value;
  }

  #isAskedAgain(name: string): boolean {
    if (this.#once.has(name) || this.#onceBefore.has(name)) return true;
    this.#once.add(name);
    if (this.#once.size >= ONCE) {
      this.#onceBefore = this.#once;
      this.#once = new Set();
    }
    return false;
  }

  // Whoever asks from now on must not be given an answer that may be from before the change.
  #changed(): void {
    this.#changes++;
    this.#asked.clear();
  }

  #keep(name: string, { value, key, weight }: Found<T>): void {
    this.#remove(name);
    this.#entries.set(name, { value, key, weight });
    this.#namesOf.set(key, (this.#namesOf.get(key) ?? new Set()).add(name));
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#maxWeight) break;
      this.#remove(oldest);
    }
  }

  #remove(name: string): void {
    const entry = this.#entries.get(name);
    if (!entry) return;
    this.#entries.delete(name);
    this.#weight -= entry.weight;
    const names = this.#namesOf.get(entry.key);
    names?.delete(name);
    if (names?.size === 0) this.#namesOf.delete(entry.key);
  }
}

/** A value found for a name: what it belongs to, and about how many bytes it takes. */
export interface Found<T> {
  readonly value: T;
  readonly key: number;
  readonly weight: number;
}
