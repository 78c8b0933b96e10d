// From an image source to an image file: the cache's own, or one that the user asked for. What was made once from the
// same manifest with the same options is not made again.

import { constants, copyFile, open, rename, rm, stat } from "node:fs/promises";
import { reasonOf } from "../base/errors.ts";
import type { Log, Progress } from "../base/log.ts";
import { partialName, removeAbandoned } from "../base/publish.ts";
import { type Pulled, type PullRequest, pullImage } from "../oci/pull.ts";
import type { Cache } from "../oci/store/cache.ts";
import { type Healing, withHealing } from "../oci/store/healing.ts";
import { acquireLock } from "../oci/store/lock.ts";
import type { ConversionOptions } from "./conversion-options.ts";
import { fail } from "./errors.ts";
import { cachedImagePath, findImage, imageKey, rememberPulled } from "./image-store.ts";
import { makeImage } from "./make-image.ts";
import { ownImageKey, recordOwnImage } from "./own-image.ts";
import type { LibraryImage } from "./squashfs-writer/library/library.ts";

export interface ObtainOptions {
  readonly conversion: ConversionOptions;
  /** Largest sum of file sizes that is accepted, in bytes. */
  readonly maxBytes: number;
  readonly progress: Progress;
}

/** What became of a request for a file. */
export type Outcome = "made" | "copied" | "unchanged";

/** The image of an OCI source as a file in the cache. Several processes that want the same one make it once. */
export async function obtainCached(request: PullRequest, options: ObtainOptions): Promise<string> {
  const { cache, log, signal } = request;
  const pulled = await pullImage(request);
  try {
    const key = imageKey(pulled.image.descriptor.digest, options.conversion);
    const known = await findImage(cache.root, key);
    if (known) return known;
    const path = cachedImagePath(cache.root, key);
    const lock = await acquireLock(`${path}.lock`, {
      signal,
      onWait: (owner) => log.info(`waiting for ${owner}, which is making the same image`),
      unless: async () => (await findImage(cache.root, key)) !== undefined,
    });
    if (!lock) return (await findImage(cache.root, key)) ?? path;
    try {
      void pulled.blobs.prefetch(pulled.image.manifest.layers).catch(() => undefined);
      const settings = { ...options, mode: 0o600, log, signal, remembered: { cacheDir: cache.root, key } };
      await withHealing(healing(pulled, signal), () => makeImage(pulled.image, pulled.blobs, path, settings));
      await recordOwnImage(path, key, cache.root);
      return path;
    } finally {
      await lock.release();
    }
  } finally {
    await pulled.blobs.close();
  }
}

/** The image of an OCI source as the file `target`, which is replaced in one step. */
export async function obtainFile(
  request: PullRequest,
  target: string,
  options: ObtainOptions & { readonly mode: number },
): Promise<Outcome> {
  const { cache, log, signal } = request;
  const pulled = await pullImage(request);
  try {
    const key = imageKey(pulled.image.descriptor.digest, options.conversion);
    return await placeImage({ target, key, mode: options.mode, cache, log }, async (remembered) => {
      void pulled.blobs.prefetch(pulled.image.manifest.layers).catch(() => undefined);
      const settings = { ...options, log, signal, remembered };
      await withHealing(healing(pulled, signal), () => makeImage(pulled.image, pulled.blobs, target, settings));
    });
  } finally {
    await pulled.blobs.close();
  }
}

/** An image file that is wanted under a name. */
export interface Placement {
  readonly target: string;
  /** Names everything that decides its bytes: see `imageKey`. */
  readonly key: string;
  /** Permission bits. */
  readonly mode: number;
  readonly cache: Cache;
  readonly log: Log;
}

/** Puts the image there: nothing to do when it is there already, a copy when it lies elsewhere, else by `make`. */
export async function placeImage(
  { target, key, mode, cache, log }: Placement,
  make: (remembered: LibraryImage | undefined) => Promise<unknown>,
): Promise<Outcome> {
  await removeAbandoned(target);
  if ((await ownImageKey(target, cache.root)) === key && (await modeOf(target)) === mode) return "unchanged";
  const known = await findImage(cache.root, key);
  if (known) {
    log.info("Using cached SIF image");
    await copyImage(known, target, mode);
  } else await make(cache.temporary ? undefined : { cacheDir: cache.root, key });
  await keepInMind(cache, target, key, known === undefined).catch((error: unknown) => {
    log.debug(`${target} is not remembered: ${reasonOf(error)}`);
  });
  return known ? "copied" : "made";
}

function healing({ image, blobs }: Pulled, signal: AbortSignal | undefined): Healing {
  return { damaged: () => blobs.damaged(image.manifest.layers), signal };
}

// What cannot be remembered is made again the next time; the file itself is finished.
async function keepInMind(cache: Cache, target: string, key: string, first: boolean): Promise<void> {
  if (cache.temporary) return;
  await recordOwnImage(target, key, cache.root);
  if (first) await rememberPulled(cache.root, key, target);
}

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

/** Copies a file under a new name, sharing its blocks where the file system can, and publishes it last. @throws E_IMAGE_FILE */
export async function copyImage(from: string, target: string, mode: number): Promise<void> {
  const partial = partialName(target);
  try {
    await copyFile(from, partial, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const file = await open(partial, "r");
    try {
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw fail("E_IMAGE_FILE", { path: target, reason: reasonOf(error) }, { cause: error });
  }
}
