// From a root descriptor (of a manifest or an index) to one platform's image, wherever the documents come from: a
// registry, the store, a layout folder or an archive. Knows none of them.

import { requireImage } from "./artifact.ts";
import { fail } from "./errors.ts";
import { parseImageConfig } from "./image-config.ts";
import { type ParsedManifest, parseManifest } from "./manifest.ts";
import { choosePlatform } from "./platform.ts";
import type { Descriptor, OciImage, Platform } from "./types.ts";

/** Small documents by descriptor, already checked against it. */
export interface Documents {
  /** A manifest, an index or a configuration. */
  read(descriptor: Descriptor, kind: "manifest" | "config"): Promise<Uint8Array>;
}

/** A manifest of whatever kind (image or artifact), with its bytes. */
export interface ResolvedManifest {
  readonly descriptor: Descriptor;
  readonly manifest: ParsedManifest;
  readonly bytes: Uint8Array;
}

// Documents on the way to the manifest, itself included. An index may point to an index; real ones never do more than once.
const DEPTH = 3;

/** Follows indexes down to the manifest for a platform. @throws E_PLATFORM_MISSING, E_MANIFEST_… */
export async function resolveManifest(
  documents: Documents,
  root: Descriptor,
  want: Platform,
  what: string,
): Promise<ResolvedManifest> {
  let descriptor = root;
  for (let depth = 0; depth < DEPTH; depth += 1) {
    const bytes = await documents.read(descriptor, "manifest");
    const manifest = parseManifest(bytes, descriptor.mediaType, what);
    // The digest vouches for the bytes; what an index or a registry says of their number is worth less.
    const own = { ...descriptor, mediaType: manifest.mediaType, size: bytes.length };
    if (manifest.kind === "manifest") return { descriptor: own, manifest, bytes };
    descriptor = choosePlatform(manifest.manifests, want);
  }
  throw fail("E_MANIFEST_INVALID", { what, why: `its indexes are nested more than ${DEPTH - 1} deep` });
}

/** The image of a platform. @throws what `resolveManifest` does, E_ARTIFACT_…, E_LAYER_…, E_CONFIG_… */
export async function resolveFrom(
  documents: Documents,
  root: Descriptor,
  want: Platform,
  what: string,
): Promise<OciImage> {
  const { descriptor, manifest, bytes } = await resolveManifest(documents, root, want, what);
  requireImage(manifest, what);
  const configBytes = await documents.read(manifest.config, "config");
  const config = parseImageConfig(configBytes, manifest, what);
  return { descriptor, manifest, manifestBytes: bytes, config, configBytes };
}
