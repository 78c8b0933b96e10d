// An image that somebody has just fetched and converted, read for judging: by its layers where the content store has them, which
// tells what upper layers hide; else by its finished file; else by its documents alone.

import { stat } from "node:fs/promises";
import { auditFile } from "../../audit/audit-file.ts";
import { type AuditOptions, auditConfig, auditImage } from "../../audit/audit-image.ts";
import { recordCache } from "../../audit/record-cache.ts";
import type { AuditedImage } from "../../audit/types.ts";
import { type Digest, parseDigest } from "../../base/digest.ts";
import { resolveFrom } from "../../oci/image-resolution.ts";
import { parseManifest } from "../../oci/manifest.ts";
import { parsePlatform } from "../../oci/platform.ts";
import { type Cache, cacheAt } from "../../oci/store/cache.ts";
import type { OciImage } from "../../oci/types.ts";
import type { ImagePlace } from "./judge-job.ts";
import type { JudgeTools } from "./perform.ts";

/** Reads the image; undefined when nothing of it is there. @throws E_AUDIT_…, E_LAYER_…, E_IMAGE_… */
export async function readImage(
  digest: string,
  name: string,
  { cacheDir, file, platform }: ImagePlace,
  { log, signal, now }: JudgeTools,
): Promise<AuditedImage | undefined> {
  const cache = cacheAt(cacheDir, log);
  const options: AuditOptions = { cache: recordCache(cacheDir, log), log, signal, now: now() };
  const image = await documentsOf(parseDigest(digest), name, platform, cache);
  if (image && (await hasLayers(image, cache)))
    return auditImage({ name, image, blobs: cache.blobs as Parameters<typeof auditImage>[0]["blobs"] }, options);
  // Of other formats nobody can look inside without mounting them.
  if (file?.includes("squashfs")) return { ...(await auditFile(file, options, name)), digest };
  return image && auditConfig({ name, image });
}

async function documentsOf(
  digest: Digest,
  name: string,
  platform: string,
  cache: Cache,
): Promise<OciImage | undefined> {
  const size = await sizeOf(cache, digest);
  if (size === undefined) return undefined;
  const { mediaType } = parseManifest(await cache.blobs.read({ digest, size }), undefined, name);
  const documents = { read: (descriptor: { digest: Digest; size: number }) => cache.blobs.read(descriptor) };
  return resolveFrom(documents, { mediaType, digest, size }, parsePlatform(platform), name).catch(() => undefined);
}

async function sizeOf(cache: Cache, digest: Digest): Promise<number | undefined> {
  return (await stat(cache.blobs.path(digest)).catch(() => undefined))?.size;
}

async function hasLayers({ manifest }: OciImage, cache: Cache): Promise<boolean> {
  for (const layer of manifest.layers) if (!(await cache.blobs.has(layer))) return false;
  return true;
}
