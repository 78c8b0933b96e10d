// Makes the documents of an image: a manifest for a configuration and its layers. The same parts give the same bytes.

import { digestOf } from "../base/digest.ts";
import { parseImageConfig } from "./image-config.ts";
import { MEDIA } from "./media-types.ts";
import type { Descriptor, ImageManifest, OciImage } from "./types.ts";

/** What an image is made of. */
export interface ImageParts {
  readonly configBytes: Uint8Array;
  /** Bottom layer first, one for each of the configuration's diff_ids. */
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** The image with an OCI manifest of its own. @throws E_CONFIG_SIZE, E_CONFIG_INVALID */
export function composeImage({ configBytes, layers, annotations }: ImageParts): OciImage {
  const config = { mediaType: MEDIA.ociConfig, digest: digestOf(configBytes), size: configBytes.length };
  const manifest: ImageManifest = {
    mediaType: MEDIA.ociManifest,
    config,
    layers,
    ...(annotations && Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
  const manifestBytes = Buffer.from(JSON.stringify({ schemaVersion: 2, ...manifest }));
  return {
    descriptor: { mediaType: MEDIA.ociManifest, digest: digestOf(manifestBytes), size: manifestBytes.length },
    manifest,
    manifestBytes,
    config: parseImageConfig(configBytes, manifest, "the image"),
    configBytes,
  };
}
