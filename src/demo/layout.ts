// Puts layers and a configuration together to an OCI image layout with one tagged image (image-spec image-layout.md).

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, digestParts } from "../base/digest.ts";
import type { Descriptor, RuntimeConfig } from "../oci/types.ts";
import { blobPath, type WrittenLayer } from "./layer-writer.ts";

/** The name that OCI gives to this machine's architecture. */
export const ARCHITECTURE =
  ({ x64: "amd64", ppc64: "ppc64le" } as Readonly<Record<string, string>>)[process.arch] ?? process.arch;

export interface LayoutContent {
  readonly tag: string;
  readonly layers: readonly WrittenLayer[];
  readonly config: RuntimeConfig;
  /** What made each layer, for the history. */
  readonly history: readonly string[];
  /** ISO 8601. */
  readonly created: string;
}

/** Writes configuration, manifest and, last, the index; returns the manifest's descriptor. */
export async function writeLayout(layout: string, content: LayoutContent): Promise<Descriptor> {
  const { layers, created } = content;
  const config = await writeJson(layout, "application/vnd.oci.image.config.v1+json", {
    created,
    architecture: ARCHITECTURE,
    os: "linux",
    config: content.config,
    rootfs: { type: "layers", diff_ids: layers.map((layer) => layer.diffId) },
    history: content.history.map((created_by) => ({ created, created_by })),
  });
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = await writeJson(layout, mediaType, {
    schemaVersion: 2,
    mediaType,
    config,
    layers: layers.map((layer) => layer.descriptor),
  });
  const named = { ...manifest, annotations: { "org.opencontainers.image.ref.name": content.tag } };
  await writeFile(join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  return manifest;
}

async function writeJson(layout: string, mediaType: string, value: object): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(value));
  const digest = digestOf(bytes);
  await mkdir(join(layout, "blobs", "sha256"), { recursive: true });
  await writeFile(blobPath(layout, digestParts(digest).hex), bytes);
  return { mediaType, digest, size: bytes.length };
}
