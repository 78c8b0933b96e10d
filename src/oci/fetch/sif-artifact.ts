// SIF files kept in a registry as artifacts (oras://): one manifest, one layer, which is the file.

import { defineErrors } from "../../base/errors.ts";
import { isSifArtifact } from "../artifact.ts";
import { resolveManifest } from "../image-resolution.ts";
import { MEDIA } from "../media-types.ts";
import { formatReference } from "../reference.ts";
import type { Descriptor } from "../types.ts";
import { findRoot, keptDocuments, type RegistryPull, registryBlobs, remember } from "./registry-image.ts";

const fail = defineErrors({
  E_SIF_NONE: {
    text: "{name} holds no SIF file: it has {count} layers, of the type {types}",
    hint: "try docker:// when it is a container image",
    http: 415,
  },
});

/** A SIF file in the store. */
export interface PulledSif {
  /** Complete and verified; belongs to the store, so link or copy it. */
  readonly path: string;
  /** The layer that is the file. */
  readonly descriptor: Descriptor;
  /** The manifest's descriptor. */
  readonly manifest: Descriptor;
  /** What the reference stands for: that manifest, or the index that lists it. */
  readonly root: Descriptor;
  readonly fresh: boolean;
}

/** Brings a SIF file into the store. @throws E_SIF_NONE, and what the client, transfers and store make fail */
export async function pullSif(pull: RegistryPull): Promise<PulledSif> {
  const name = formatReference(pull.reference);
  const { root, fresh } = await findRoot(pull);
  const { manifest, descriptor } = await resolveManifest(keptDocuments(pull), root, pull.platform, name);
  const [layer, ...more] = manifest.layers;
  if (!layer || more.length > 0 || layer.mediaType !== MEDIA.sifLayer || !isSifArtifact(manifest)) {
    const types = [...new Set(manifest.layers.map((one) => one.mediaType))].slice(0, 3).join(", ") || "none";
    throw fail("E_SIF_NONE", { name, count: manifest.layers.length, types });
  }
  await registryBlobs(pull).prefetch([layer]);
  if (fresh) await remember(pull, root);
  return { path: pull.cache.blobs.path(layer.digest), descriptor: layer, manifest: descriptor, root, fresh };
}
