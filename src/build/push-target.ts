// Pushes a ready image, or a SIF file as an artifact, to a registry.

import { basename } from "node:path";
import { Readable } from "node:stream";
import type { Digest } from "../base/digest.ts";
import type { Log, Progress } from "../base/log.ts";
import type { LayerCompression } from "../oci/layers/layer-compression.ts";
import { packImage } from "../oci/layers/pack-image.ts";
import { mountSources } from "../oci/push/mount-sources.ts";
import { push } from "../oci/push/push-image.ts";
import { hasBlob } from "../oci/push/push-requests.ts";
import { sifArtifact } from "../oci/push/push-sif.ts";
import { formatReference, type Reference } from "../oci/reference.ts";
import type { RegistryClient } from "../oci/registry/client.ts";
import type { Cache } from "../oci/store/cache.ts";
import type { BlobSource, Descriptor } from "../oci/types.ts";
import type { ReadyImage } from "./ready-image.ts";

/** What pushing works with. */
export interface PushTools {
  /** Makes the registry client; called only for targets in registries. */
  readonly client: () => Promise<RegistryClient>;
  /** How plain layers are packed in archives and registries. */
  readonly layerCompression: LayerCompression;
  /** Of the manifest of a SIF file that is pushed. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly cache: Cache;
  readonly log: Log;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** True when the repository has the blob. */
export async function hasLayer(reference: Reference, layer: Descriptor, tools: PushTools): Promise<boolean> {
  const at = (await tools.client()).home(reference);
  return hasBlob({ at, what: formatReference(reference), signal: tools.signal }, layer);
}

/** Pushes an image; answers with its manifest's digest. @throws E_PUSH_…, E_AUTH_…, and what its blobs do */
export async function pushImage(reference: Reference, ready: ReadyImage, tools: PushTools): Promise<Digest> {
  const { cache } = tools;
  const { image, blobs } = await packImage(ready.image, ready.blobs, { ...tools, compression: tools.layerCompression });
  const { descriptor, manifestBytes, manifest } = image;
  const config = manifest.config.digest;
  const parts = [manifest.config, ...manifest.layers];
  // The configuration is in hand; its source may not have it.
  const open: BlobSource["open"] = async (blob, options) =>
    blob.digest === config ? Readable.from([Buffer.from(image.configBytes)]) : blobs.open(blob, options);
  const sources = await mountSources(cache, reference);
  await push({ descriptor, manifestBytes, parts, blobs: { open } }, reference, await tools.client(), {
    ...tools,
    sources,
  });
  return descriptor.digest;
}

/** Pushes a SIF file as it is; answers with the artifact's digest. @throws E_PUSH_…, E_AUTH_… */
export async function pushSif(path: string, reference: Reference, tools: PushTools, title?: string): Promise<Digest> {
  const name = title ?? `${basename(reference.repository)}.sif`;
  const artifact = await sifArtifact(path, { title: name, annotations: tools.annotations ?? {} }, tools.signal);
  await push(artifact, reference, await tools.client(), tools);
  return artifact.descriptor.digest;
}
