// Hard links whose target was not in their own layer, or is not to be seen there: they wait for it to turn up in a lower
// layer (or in a second reading of their own). Paths are byte strings.

/** A name that waits for the content of another. */
export interface Waiting {
  /** The name, visible in the merged image. */
  readonly name: string;
  /** The layer that said so: what it means is the target as this layer and those below have it. */
  readonly layer: number;
  /** It means only what lies below that layer. */
  readonly below: boolean;
  /** How that layer is named in errors. */
  readonly what: string;
}

export class WaitingLinks {
  readonly #byTarget = new Map<string, Waiting[]>();
  readonly #byName = new Map<string, { readonly target: string; readonly below: boolean }>();

  add(target: string, link: Waiting): void {
    this.#byName.set(link.name, { target, below: link.below });
    const list = this.#byTarget.get(target);
    if (list === undefined) this.#byTarget.set(target, [link]);
    else list.push(link);
  }

  /** Takes out the links for which `target`, met in `layer`, is the content: those of the layers above. */
  takeFrom(target: string, layer: number): Waiting[] {
    return this.#byTarget.size === 0 ? [] : this.#take(target, (link) => link.layer > layer);
  }

  /** Takes out the links of `layer` itself that may mean what this layer has at `target`. */
  takeOwn(target: string, layer: number): Waiting[] {
    return this.#take(target, (link) => link.layer === layer && !link.below);
  }

  #take(target: string, wanted: (link: Waiting) => boolean): Waiting[] {
    const list = this.#byTarget.get(target);
    if (list === undefined) return [];
    const rest = list.filter((link) => !wanted(link));
    if (rest.length === 0) this.#byTarget.delete(target);
    else this.#byTarget.set(target, rest);
    const taken = list.filter(wanted);
    for (const link of taken) this.#byName.delete(link.name);
    return taken;
  }

  /** What a name waits for itself, if it does. */
  what(name: string): { readonly target: string; readonly below: boolean } | undefined {
    return this.#byName.get(name);
  }

  /** The targets that links of `layer` wait for and that may stand in this layer. */
  ownTargets(layer: number): readonly string[] {
    const own = (link: Waiting) => link.layer === layer && !link.below;
    return [...this.#byTarget].filter(([, list]) => list.some(own)).map(([path]) => path);
  }

  /** One that still waits. */
  first(): { readonly target: string; readonly link: Waiting } | undefined {
    for (const [target, [link]] of this.#byTarget) if (link !== undefined) return { target, link };
    return undefined;
  }
}
