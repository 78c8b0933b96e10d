// What one layer tells when it is read alone: everything that does not depend on the layers around it, so that it can be
// kept by the layer's digest. Plain data; knows neither archives nor caches.

import type { LayerFacts } from "./packages/cataloguer.ts";
import type { FileEntry, SecretTrace } from "./types.ts";

/** Changes with what is recorded of a layer: records that were kept under another number are made anew. */
export const RECORD_VERSION = 2;

/** An entry, but for the layer's place in an image. */
export type RecordedEntry = Omit<FileEntry, "layer">;

/** A secret, but for what layers above do to it. */
export type RecordedSecret = Omit<SecretTrace, "layer" | "removedBy">;

/** What one layer tells, or the tree of an image that is no longer in layers. */
export interface LayerRecord {
  /** Digest of the uncompressed archive, measured and not believed; undefined for trees. */
  readonly diffId: string | undefined;
  /** Each path once; the last of an archive that has it twice. The root is left out. */
  readonly entries: readonly RecordedEntry[];
  /** Paths that it deletes from the layers below. */
  readonly whiteouts: readonly string[];
  /** Directories of which nothing below is seen. */
  readonly opaque: readonly string[];
  /** Small files that many practices need, by path, with asterisks in place of secrets. */
  readonly texts: ReadonlyMap<string, string>;
  readonly secrets: readonly RecordedSecret[];
  readonly packages: LayerFacts;
}
