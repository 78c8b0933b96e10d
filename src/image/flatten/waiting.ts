// Hard links whose target was not in their own layer, or is not to be seen there: they wait for it to turn up in a lower
// layer (or in a second reading of their own). Paths are byte strings.

/** A name that waits for the content of another. */
export interface Waiting {
  /** The name, visible in the merged image. */
  readonly name: string;
  /** The layer that said so: what it means is the target as this layer and those below have it. */
  readonly layer: number;
  /** How that layer is named in errors. */
  readonly what: string;
}

export class WaitingLinks {
  readonly #byTarget = new Map<string, Waiting[]>();
  readonly #targets = new Map<string, string>();

  add(target: string, link: Waiting): void {
    this.#targets.set(link.name, target);
    const list = this.#byTarget.get(target);
    if (list === undefined) this.#byTarget.set(target, [link]);
    else list.push(link);
  }

  /** Takes out the links that wait for `target` and belong to layers from `fromLayer` up. */
  take(target: string, fromLayer: number): Waiting[] {
    if (this.#byTarget.size === 0) return [];
    const list = this.#byTarget.get(target);
    if (list === undefined) return [];
    const taken = list.filter((link) => link.layer >= fromLayer);
    const rest = list.filter((link) => link.layer < fromLayer);
    if (rest.length === 0) this.#byTarget.delete(target);
    else this.#byTarget.set(target, rest);
    for (const link of taken) this.#targets.delete(link.name);
    return taken;
  }

  /** What a name waits for itself. */
  targetOf(name: string): string | undefined {
    return this.#targets.get(name);
  }

  /** The targets that links of this very layer wait for. */
  targetsOf(layer: number): readonly string[] {
    return [...this.#byTarget].filter(([, list]) => list.some((link) => link.layer === layer)).map(([path]) => path);
  }

  /** One that still waits. */
  first(): { readonly target: string; readonly link: Waiting } | undefined {
    for (const [target, [link]] of this.#byTarget) if (link !== undefined) return { target, link };
    return undefined;
  }
}
