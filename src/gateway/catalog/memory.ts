// What a server remembers of lookups: images by name, up to so many bytes of their records, forgotten at every change.
// Questions for the same name asked at the same time are one. Knows nothing of SQL or people.
//
// A name is remembered when it is asked for the second time: whoever goes through all images must not push out those that
// jobs use, and keeping what is never asked for again costs more than asking the database.

/** What is remembered about one name. */
interface Entry<T> extends Found<T> {
  /** Asked for since it was last spared. A mark, as moving names about at every lookup costs more than the lookup. */
  wanted: boolean;
}

/** Names in a generation of those asked for once: about as many as can be remembered, so that a turn through them finds all. */
const ONCE = 20_000;

/** Entries that one newcomer may spare, so that none waits for a turn through all of them. */
const SPARED = 64;

/** Values by name, which belong to numbered things that change. The oldest go first that nobody asked for lately. */
export class Memory<T> {
  readonly #maxWeight: number;
  readonly #entries = new Map<string, Entry<T>>();
  /** Most things have one name, and a set for it would take more than the name. */
  readonly #namesOf = new Map<number, string | Set<string>>();
  // Made anew as soon as it is empty: a long-lived Map whose keys come and go replaces its table all the time, and what the old
  // tables hold, here all of a request, would stay until the next full collection.
  #asked = new Map<string, Promise<T | undefined>>();
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
    entry.wanted = true;
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
      if (this.#asked.size === 0) this.#asked = new Map();
    });
    this.#asked.set(name, asked);
    return asked;
  }

  /** Forgets all names of the thing, and answers that are on their way. */
  forget(key: number): void {
    this.#changed();
    for (const name of this.#allNames(key)) this.#remove(name);
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
    // Too heavy for the whole: it would push everything out and then go itself.
    if (weight > this.#maxWeight) return;
    this.#entries.set(name, { value, key, weight, wanted: false });
    this.#nameToo(key, name);
    this.#weight += weight;
    this.#makeRoom();
  }

  #makeRoom(): void {
    let spared = 0;
    for (const [oldest, entry] of this.#entries) {
      if (this.#weight <= this.#maxWeight) break;
      if (entry.wanted && spared++ < SPARED) {
        entry.wanted = false;
        this.#entries.delete(oldest);
        this.#entries.set(oldest, entry);
      } else this.#remove(oldest);
    }
  }

  #remove(name: string): void {
    const entry = this.#entries.get(name);
    if (!entry) return;
    this.#entries.delete(name);
    this.#weight -= entry.weight;
    const names = this.#namesOf.get(entry.key);
    if (names instanceof Set) names.delete(name);
    if (names === name || (names instanceof Set && names.size === 0)) this.#namesOf.delete(entry.key);
  }

  #nameToo(key: number, name: string): void {
    const names = this.#namesOf.get(key);
    if (names instanceof Set) names.add(name);
    else this.#namesOf.set(key, names === undefined ? name : new Set([names, name]));
  }

  #allNames(key: number): readonly string[] {
    const names = this.#namesOf.get(key) ?? [];
    return typeof names === "string" ? [names] : [...names];
  }
}

/** A value found for a name: what it belongs to, and about how many bytes it takes. */
export interface Found<T> {
  readonly value: T;
  readonly key: number;
  readonly weight: number;
}
