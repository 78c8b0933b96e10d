// Names of flaws that mean the same flaw, joined (union–find), so that it counts once however many advisories there are.

/** Joins names into groups and finds the group of a name. */
export class AliasGroups {
  readonly #parent = new Map<string, string>();

  /** Says that these are one flaw. */
  join(names: readonly string[]): void {
    const [first, ...rest] = names;
    if (first === undefined) return;
    const root = this.find(first);
    for (const name of rest) this.#parent.set(this.find(name), root);
  }

  /** The name that stands for the group. */
  find(name: string): string {
    let root = name;
    for (let up = this.#parent.get(root); up !== undefined && up !== root; up = this.#parent.get(root)) root = up;
    // Shorter next time.
    for (let at = name; at !== root; ) {
      const up = this.#parent.get(at) ?? root;
      this.#parent.set(at, root);
      at = up;
    }
    if (!this.#parent.has(root)) this.#parent.set(root, root);
    return root;
  }
}

/** Names in the order in which people know them: CVE, GHSA, then others. */
export function byFame(a: string, b: string): number {
  const [left, right] = [fame(a), fame(b)];
  return left === right ? (a < b ? -1 : a > b ? 1 : 0) : left - right;
}

function fame(name: string): number {
  if (name.startsWith("CVE-")) return 0;
  return name.startsWith("GHSA-") ? 1 : 2;
}
