// Which repositories of a registry are known to hold a blob: those that images in the cache came from.

import { parseManifest } from "../manifest.ts";
import { parseReference, type Reference } from "../reference.ts";
import type { Cache } from "../store/cache.ts";
import type { Descriptor } from "../types.ts";

/** So many names are looked at, the last used first: reading them must not take longer than sending a small layer. */
const MAX_NAMES = 200;

/** Answers with the repositories of `registry` that may have a blob. Reads documents of the cache only. */
export async function mountSources(
  cache: Cache,
  { registry }: Reference,
): Promise<(blob: Descriptor) => readonly string[]> {
  const holders = new Map<string, Set<string>>();
  const names = (await cache.references.list()).toSorted((a, b) => b.checked - a.checked);
  for (const { name, target, stamp } of names.slice(0, MAX_NAMES)) {
    const repository = stamp === undefined ? repositoryOf(name, registry) : undefined;
    if (repository === undefined) continue;
    for (const blob of await blobsOf(cache, target)) {
      const known = holders.get(blob.digest) ?? new Set<string>();
      holders.set(blob.digest, known.add(repository));
    }
  }
  return (blob) => [...(holders.get(blob.digest) ?? [])];
}

function repositoryOf(name: string, registry: string): string | undefined {
  try {
    const reference = parseReference(name);
    return reference.registry === registry ? reference.repository : undefined;
  } catch {
    return undefined;
  }
}

// An index leads to the manifests of it that are here. What is damaged or gone helps nobody and harms nobody.
async function blobsOf(cache: Cache, target: Descriptor, depth = 0): Promise<readonly Descriptor[]> {
  try {
    const manifest = parseManifest(await cache.blobs.read(target), target.mediaType, target.digest);
    if (manifest.kind === "manifest") return [manifest.config, ...manifest.layers];
    if (depth > 1) return [];
    const here: Descriptor[] = [];
    for (const entry of manifest.manifests) if (await cache.blobs.has(entry)) here.push(entry);
    return (await Promise.all(here.map((entry) => blobsOf(cache, entry, depth + 1)))).flat();
  } catch {
    return [];
  }
}
