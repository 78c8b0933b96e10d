// The blobs of an image by their names in an OCI layout, each once, in a fixed order.

import type { Readable } from "node:stream";
import { type Digest, digestParts } from "../../base/digest.ts";
import type { BlobSource, OciImage } from "../types.ts";

/** A blob of an image as a file of a layout. */
export interface ImageMember {
  readonly name: string;
  readonly digest: Digest;
  readonly size: number;
  /** The content, verified on the way. */
  open(signal: AbortSignal | undefined): Promise<Readable | Uint8Array>;
}

/** `blobs/sha256/…` */
export function blobName(digest: Digest): string {
  const { algorithm, hex } = digestParts(digest);
  return `blobs/${algorithm}/${hex}`;
}

/** Layers, configuration, manifest: who stops half-way has no document that names a missing blob. */
export function imageMembers(image: OciImage, blobs: BlobSource): readonly ImageMember[] {
  const { descriptor, manifest, manifestBytes, configBytes } = image;
  const members = new Map<string, ImageMember>();
  for (const layer of manifest.layers) {
    const { digest, size } = layer;
    members.set(digest, { name: blobName(digest), digest, size, open: (signal) => blobs.open(layer, { signal }) });
  }
  for (const [{ digest, size }, bytes] of [
    [manifest.config, configBytes],
    [descriptor, manifestBytes],
  ] as const)
    members.set(digest, { name: blobName(digest), digest, size, open: async () => bytes });
  return [...members.values()];
}
