// A SIF file as an artifact in a registry, in the form that Apptainer reads and writes: an empty configuration and one
// layer, which is the file (spec/apptainer.md 1.2, push).

import { open } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { digestOf } from "../../base/digest.ts";
import { MEDIA } from "../media-types.ts";
import { measuringHash } from "../store/measuring-hash.ts";
import { verifiedFile } from "../store/verified-file.ts";
import type { BlobSource, Descriptor } from "../types.ts";
import type { Pushable } from "./push-image.ts";

const EMPTY = Buffer.from("{}");

/** What the artifact says of itself. */
export interface SifLabels {
  /** Name of the file for those who fetch it; the file's own unless said otherwise. */
  readonly title?: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The file as something to push. It must not change meanwhile: what is sent is checked against what was measured. */
export async function sifArtifact(path: string, labels: SifLabels, signal?: AbortSignal): Promise<Pushable> {
  const file = await open(path, "r");
  const { through, result } = measuringHash();
  await pipeline(file.createReadStream({ highWaterMark: 1024 * 1024 }), through.resume(), { signal });
  const layer: Descriptor = {
    mediaType: MEDIA.sifLayer,
    ...result(),
    annotations: { "org.opencontainers.image.title": labels.title ?? basename(path) },
  };
  const config = { mediaType: MEDIA.sifConfig, digest: digestOf(EMPTY), size: EMPTY.length };
  const { annotations } = labels;
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA.ociManifest,
    config,
    layers: [layer],
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
  const manifestBytes = Buffer.from(JSON.stringify(manifest));
  const descriptor = { mediaType: MEDIA.ociManifest, digest: digestOf(manifestBytes), size: manifestBytes.length };
  const blobs: BlobSource = {
    async open(wanted, options) {
      if (wanted.digest === config.digest) return Readable.from([EMPTY], { objectMode: false });
      return verifiedFile(await open(path, "r"), { ...layer, offset: 0, what: path, signal: options.signal });
    },
  };
  return { descriptor, manifestBytes, parts: [config, layer], blobs };
}
