// Which blobs and manifests belong to which repository, as its manifests say: the store is shared by all repositories,
// so a digest alone must not open what lies there. What is not known here is asked of the registry.

import type { Digest } from "../../base/digest.ts";
import { asObject, asString, jsonObject } from "../../oci/json.ts";
import { MAX_LAYERS, parseDescriptor } from "../../oci/manifest.ts";
import { MEDIA } from "../../oci/media-types.ts";
import type { Reference } from "../../oci/reference.ts";
import type { Descriptor } from "../../oci/types.ts";
import { repositoryKey } from "./mirror-route.ts";
import { Recent } from "./recent.ts";

/** What repositories hold. */
export interface Contents {
  find(reference: Reference, digest: Digest): Descriptor | undefined;
  /** Remembers the parts. */
  learn(reference: Reference, parts: readonly Descriptor[]): void;
}

const PARTS = 20_000;

/** A fresh memory. */
export function contentsMemory(): Contents {
  const parts = new Recent<Descriptor>(PARTS);
  const keyOf = (reference: Reference, digest: Digest) => `${repositoryKey(reference)}@${digest}`;
  return {
    find: (reference, digest) => parts.get(keyOf(reference, digest)),
    learn(reference, found) {
      for (const { mediaType, digest, size } of found) parts.set(keyOf(reference, digest), { mediaType, digest, size });
    },
  };
}

/** Everything that a manifest or index of any kind points to; what is malformed is left out. */
export function partsOf(bytes: Uint8Array): readonly Descriptor[] {
  const document = jsonObject(bytes) ?? {};
  const lists = ["manifests", "layers", "blobs"].flatMap((name) => listOf(document[name]));
  return [document["config"], ...lists.slice(0, 2 * MAX_LAYERS)].flatMap((value) => {
    try {
      return value === undefined ? [] : [parseDescriptor(value, "a manifest", "a part")];
    } catch {
      return [];
    }
  });
}

/** The media type that a stored document has: what it says, or what its shape says (early OCI documents are silent). */
export function mediaTypeOf(bytes: Uint8Array): string {
  const document = jsonObject(bytes) ?? {};
  const said = asString(document["mediaType"]);
  if (said !== undefined && /^[\x21-\x7e]{1,255}$/.test(said)) return said;
  return "manifests" in document || asObject(document["config"]) === undefined ? MEDIA.ociIndex : MEDIA.ociManifest;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
