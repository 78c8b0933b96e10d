// Remembers answers for a while: a bounded number of them, and one question at a time for each key however many ask.
// Knows nothing of what it remembers.

export interface RememberOptions {
  readonly entries: number;
  readonly ttlMs: number;
  /** Milliseconds that only grow. */
  readonly now: () => number;
}

interface Entry<V> {
  readonly value: Promise<V>;
  readonly until: number;
}

/** Answers from memory, else by `load`; failures are not remembered. */
export function remembered<K, V>(load: (key: K) => Promise<V>, options: RememberOptions): (key: K) => Promise<V> {
  const { entries, ttlMs, now } = options;
  const memory = new Map<K, Entry<V>>();
  return (key) => {
    const known = memory.get(key);
    if (known && now() < known.until) return known.value;
    const value = load(key);
    const entry = { value, until: now() + ttlMs };
    // Deleted first: a map keeps the place of a key that is set again, and the oldest are given up first.
    memory.delete(key);
    memory.set(key, entry);
    const [oldest] = memory.keys();
    if (memory.size > entries && oldest !== undefined) memory.delete(oldest);
    value.catch(() => {
      if (memory.get(key) === entry) memory.delete(key);
    });
    return value;
  };
}
