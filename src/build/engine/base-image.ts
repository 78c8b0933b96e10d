// The image that a stage begins with, as one file that can be mounted: its layers flattened once, nothing added. It is
// kept with the other converted images, so that the finished image finds its blocks compressed already.

import { chmod, rename, rm } from "node:fs/promises";
import { type Digest, digestOf, digestParts } from "../../base/digest.ts";
import type { Log, Progress } from "../../base/log.ts";
import { partialName } from "../../base/publish.ts";
import { DEFAULT_CONVERSION } from "../../image/conversion-options.ts";
import { writeSquashfs } from "../../image/convert.ts";
import { cachedImagePath, findImage } from "../../image/image-store.ts";
import { creationTime } from "../../image/metadata/index.ts";
import { recordOwnImage } from "../../image/own-image.ts";
import { deriveUuid, prependSif } from "../../image/sif/index.ts";
import type { Pulled } from "../../oci/pull.ts";
import type { Cache } from "../../oci/store/cache.ts";
import { withHealing } from "../../oci/store/healing.ts";
import { acquireLock } from "../../oci/store/lock.ts";

export interface BaseOptions {
  readonly cache: Cache;
  /** Largest sum of file sizes that is accepted, in bytes. */
  readonly maxBytes: number;
  readonly log: Log;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** The build's namespace has one id. */
  readonly singleId: boolean;
}

// In a namespace of one id a file of any other owner can neither be changed nor, mostly, opened: there all belongs to 0. The
// layers of the image keep their owners; only what a step changes loses its own.
function conversionFor(singleId: boolean) {
  return { ...DEFAULT_CONVERSION, fixPermissions: false, owners: singleId ? "squash" : "keep" } as const;
}

/** Where the file of an image lies, or will lie; for a namespace of one id it is another. */
export function baseFile(manifest: Digest, cache: Cache, singleId: boolean): string {
  return cachedImagePath(cache.root, baseKey(manifest, singleId));
}

function baseKey(manifest: Digest, singleId: boolean): string {
  const parts = ["build base", 1, manifest, ...(singleId ? ["single id"] : [])];
  return digestParts(digestOf(JSON.stringify(parts))).hex;
}

/** Makes the file unless it is there. Several builds that want the same one make it once. */
export async function makeBase(pulled: Pulled, options: BaseOptions): Promise<void> {
  const { cache, log, signal, singleId } = options;
  const manifest = pulled.image.descriptor.digest;
  const key = baseKey(manifest, singleId);
  const file = baseFile(manifest, cache, singleId);
  const there = async () => (await findImage(cache.root, key)) !== undefined;
  const lock = await acquireLock(`${file}.lock`, {
    signal,
    unless: there,
    onWait: (owner) => log.info(`waiting for ${owner}, which is preparing the same base image`),
  });
  if (!lock) return;
  try {
    void pulled.blobs.prefetch(pulled.image.manifest.layers).catch(() => undefined);
    const damaged = () => pulled.blobs.damaged(pulled.image.manifest.layers);
    await withHealing({ damaged, signal }, () => convert(pulled, key, options));
    await recordOwnImage(file, key, cache.root);
  } finally {
    await lock.release();
  }
}

async function convert({ image, blobs }: Pulled, key: string, options: BaseOptions): Promise<void> {
  const { cache, log, progress, signal, maxBytes, singleId } = options;
  const target = cachedImagePath(cache.root, key);
  const path = partialName(target);
  const flatten = { ...conversionFor(singleId), limits: { maxBytes }, extra: [], defaultTime: creationTime(image) };
  const remembered = { cacheDir: cache.root, key };
  try {
    await writeSquashfs(image, blobs, path, flatten, { signal, progress, log, remembered });
    const spec = {
      uuid: deriveUuid(image.descriptor.digest, "build base"),
      time: creationTime(image),
      objects: [],
      partition: { fs: "squashfs", kind: "primary", arch: image.config.architecture, name: "squashfs" },
    } as const;
    await prependSif(path, spec, { signal });
    await chmod(path, 0o600);
    await rename(path, target);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
