// Where things lie in the store: an OCI image layout (image-spec, image-layout.md) with two folders of our own beside
// `blobs`, `partial` (unfinished blobs) and `lock`, so that other tools that read the layout see only finished blobs.

import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, digestParts } from "../../base/digest.ts";
import { errnoOf } from "../../base/errors.ts";

/** The file of a finished blob. */
export function blobPath(root: string, digest: Digest): string {
  const { algorithm, hex } = digestParts(digest);
  return join(root, "blobs", algorithm, hex);
}

/** Folder of unfinished blobs. */
export function partialDir(root: string): string {
  return join(root, "partial");
}

/** The unfinished file of a blob; its finished ranges stand in a sidecar of the same name with `.ranges`. */
export function partialPath(root: string, digest: Digest): string {
  return join(partialDir(root), digest.replace(":", "-"));
}

/** Folder of the locks. */
export function lockDir(root: string): string {
  return join(root, "lock");
}

/** The lock that the one who fetches this blob holds. */
export function blobLock(root: string, digest: Digest): string {
  return join(lockDir(root), digest.replace(":", "-"));
}

/** Makes the folders of a store; harmless when they exist, so that it also repairs a store removed under us. */
export async function prepareLayout(root: string): Promise<void> {
  for (const dir of [join(root, "blobs", "sha256"), join(root, "blobs", "sha512"), partialDir(root), lockDir(root)])
    await mkdir(dir, { recursive: true, mode: 0o700 });
  await writeOnce(join(root, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  await writeOnce(join(root, "index.json"), '{"schemaVersion":2,"manifests":[]}');
}

/** True when `path` is a folder that holds an OCI image layout. */
export async function isLayout(path: string): Promise<boolean> {
  return (await sizeOf(join(path, "oci-layout"))) !== undefined;
}

/** Size of a regular file in bytes; nothing when there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

async function writeOnce(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}
