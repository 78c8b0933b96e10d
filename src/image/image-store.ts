// Finished images by what they were made from. The cache's own files are named by their key; a file that `berth pull` put
// elsewhere is known by a record, so that an image is converted once however it is used.

import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, digestOf, digestParts } from "../base/digest.ts";
import { publishFile } from "../base/publish.ts";
import type { ConversionOptions } from "./conversion-options.ts";
import { ownImageKey } from "./own-image.ts";

/** Name of everything that decides an image's bytes: the manifest and the options. Hexadecimal. */
export function imageKey(manifest: Digest, options: ConversionOptions): string {
  return digestParts(digestOf(JSON.stringify([1, manifest, ...Object.entries(options).sort()]))).hex;
}

/** Where the cache keeps its own copy of an image. */
export function cachedImagePath(cacheDir: string, key: string): string {
  return join(cacheDir, "image", `${key}.sif`);
}

/** A file that is this image, untouched since berth made it; undefined when there is none. */
export async function findImage(cacheDir: string, key: string): Promise<string | undefined> {
  for (const path of [cachedImagePath(cacheDir, key), await pulledTo(cacheDir, key)]) {
    if (path !== undefined && (await ownImageKey(path, cacheDir)) === key) return path;
  }
  return undefined;
}

/** Remembers that the image lies at `path`, outside the cache. */
export async function rememberPulled(cacheDir: string, key: string, path: string): Promise<void> {
  const file = join(cacheDir, "image", `${key}.at`);
  await mkdir(join(cacheDir, "image"), { recursive: true, mode: 0o700 });
  await publishFile(file, 0o600, (handle) => handle.writeFile(path));
}

async function pulledTo(cacheDir: string, key: string): Promise<string | undefined> {
  try {
    return await readFile(join(cacheDir, "image", `${key}.at`), "utf8");
  } catch {
    return undefined;
  }
}
