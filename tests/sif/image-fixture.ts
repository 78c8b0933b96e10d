// An OCI image of one configuration and no layers, and the files that berth adds to it, written to a directory.

import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digestOf } from "../../src/base/digest.ts";
import { ensureEntries, metadataEntries } from "../../src/image/metadata/index.ts";
import type { OciImage, RuntimeConfig } from "../../src/oci/types.ts";

/** An image record as the registry client would give it; its creation time is 2024-02-03T04:05:06Z. */
export function plainImage(config: RuntimeConfig): OciImage {
  const architecture = process.arch === "arm64" ? "arm64" : "amd64";
  const rootfs = { type: "layers", diff_ids: [] } as const;
  const document = { os: "linux", architecture, created: "2024-02-03T04:05:06Z", config, rootfs };
  const configBytes = Buffer.from(JSON.stringify(document));
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const configType = "application/vnd.oci.image.config.v1+json";
  const manifest = {
    mediaType,
    config: { mediaType: configType, digest: digestOf(configBytes), size: configBytes.length },
    layers: [],
  };
  const manifestBytes = Buffer.from(JSON.stringify(manifest));
  const descriptor = { mediaType, digest: digestOf(manifestBytes), size: manifestBytes.length };
  return { descriptor, manifest, manifestBytes, config: document, configBytes };
}

/** Writes what berth adds to the image below `root`, where nothing of it exists yet. */
export async function writeEntries(root: string, image: OciImage): Promise<void> {
  for (const entry of [...metadataEntries(image), ...ensureEntries()]) {
    const path = join(root, entry.path);
    await mkdir(dirname(path), { recursive: true });
    if (entry.type === "dir") await mkdir(path, { recursive: true, mode: entry.mode });
    else if (entry.type === "symlink") await symlink(entry.target ?? "", path);
    else await writeFile(path, entry.content ?? "", { mode: entry.mode });
  }
}
