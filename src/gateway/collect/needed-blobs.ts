// Which blobs of the content store READY images are made of: their manifests, and what these name. The mirror serves them,
// and another system's image of the same digest is made of them without asking the registry.

import { parseManifest } from "../../oci/manifest.ts";
import type { ContentStore, StoredBlob } from "../../oci/store/content-store.ts";

/** Larger blobs are no manifests (bytes). */
const MAX_MANIFEST = 4 * 1024 * 1024;

/** Digests that must stay; `digests` are those of images. A manifest that is not in the store leads nowhere. */
export async function neededBlobs(
  store: Pick<ContentStore, "read">,
  blobs: readonly StoredBlob[],
  digests: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const needed = new Set<string>();
  for (const blob of blobs) {
    if (!digests.has(blob.digest)) continue;
    needed.add(blob.digest);
    for (const part of await partsOf(store, blob)) needed.add(part);
  }
  return needed;
}

async function partsOf(store: Pick<ContentStore, "read">, blob: StoredBlob): Promise<readonly string[]> {
  if (blob.size > MAX_MANIFEST) return [];
  try {
    const manifest = parseManifest(await store.read(blob), undefined, blob.digest);
    return manifest.kind === "manifest" ? [manifest.config, ...manifest.layers].map(({ digest }) => digest) : [];
  } catch {
    // A file's digest that an import recorded, or a damaged blob, which the store has removed.
    return [];
  }
}
