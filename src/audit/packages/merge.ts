// From what each layer told to what is installed: the uppermost file of a path counts, a deleted one does not, and what one
// package manager brought for another is one package. Reads nothing.

import type { Catalogue } from "../types.ts";
import type { FileFacts, LayerFacts } from "./cataloguer.ts";
import { settle } from "./settle.ts";

/** A layer and what is known of it. */
export interface FactsOfLayer {
  /** Its digest; undefined for the tree of an image that is no longer in layers. */
  readonly digest: string | undefined;
  readonly facts: LayerFacts;
  /** True when a path of the layers below is replaced or deleted here, be it by what stands at a folder above it. */
  hides(path: string): boolean;
}

/** A file that is there in the end. */
export interface SeenFile extends FileFacts {
  readonly layer: string | undefined;
}

/** The catalogue of the image that these layers make, the lowest first. */
export function mergeCatalogue(layers: readonly FactsOfLayer[]): Catalogue {
  const seen: SeenFile[] = [];
  for (const [index, { digest, facts }] of layers.entries()) {
    const above = layers.slice(index + 1);
    for (const file of facts.files) {
      if (!above.some((layer) => layer.hides(file.path))) seen.push({ ...file, layer: digest });
    }
  }
  return settle(seen);
}
