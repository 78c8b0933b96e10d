// The cache of one user as a whole: its folders, and what to do when they cannot be written (a temporary store that
// lasts as long as this run). Knows nothing of registries or of image formats.

import { access, chmod, constants, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { reasonOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { type ContentStore, contentStore } from "./content-store.ts";
import { prepareLayout } from "./layout.ts";
import { type ReferenceStore, referenceStore } from "./references.ts";

/** The open cache. */
export interface Cache {
  /** Folder that everything below is in. */
  readonly root: string;
  readonly blobs: ContentStore;
  readonly references: ReferenceStore;
  /** Folder of converted images; the image room names and publishes the files in it. */
  readonly imageDir: string;
  /** True when nothing in it outlives this run. */
  readonly temporary: boolean;
  /** Removes the cache if it is temporary. */
  close(): Promise<void>;
}

export interface CacheOptions {
  /** `cacheDir(env, user)`. */
  readonly root: string;
  /** Where a temporary cache is made when `root` cannot be written. */
  readonly tempDir: string;
  readonly log: Log;
  /** Use a temporary cache anyway (`--disable-cache`). */
  readonly disabled?: boolean;
}

/** Opens the cache; when it cannot be written, says so and opens a temporary one. */
export async function openCache(options: CacheOptions): Promise<Cache> {
  if (!options.disabled) {
    try {
      await ownFolder(options.root);
      return cacheAt(options.root, options.log, false);
    } catch (error) {
      options.log.warn(`Cache disabled: ${options.root} cannot be used (${reasonOf(error)})`);
    }
  }
  await mkdir(options.tempDir, { recursive: true });
  const root = await mkdtemp(join(options.tempDir, "berth-cache-"));
  const cache = cacheAt(root, options.log, true);
  try {
    await ownFolder(root);
    return cache;
  } catch (error) {
    await cache.close();
    throw error;
  }
}

/** The cache in `root` without a look at it: for listing and cleaning. */
export function cacheAt(root: string, log: Log, temporary = false): Cache {
  const layout = join(root, "blob");
  return {
    root,
    blobs: contentStore(layout, { log }),
    references: referenceStore(join(root, "refs"), layout),
    imageDir: join(root, "image"),
    temporary,
    close: async () => (temporary ? rm(root, { recursive: true, force: true }) : undefined),
  };
}

// Private images may lie here: only the owner may look in, whatever the umask was when the folder was made.
async function ownFolder(root: string): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const info = await stat(root);
  if (info.uid === process.getuid?.() && (info.mode & 0o777) !== 0o700) await chmod(root, 0o700);
  await access(root, constants.W_OK | constants.X_OK);
  await prepareLayout(join(root, "blob"));
  await mkdir(join(root, "image"), { recursive: true, mode: 0o700 });
}
