// An image file or an unpacked image as an OCI image in the store: the one it was made from, byte for byte, when the file
// has kept its manifest and the cache its layers; else one layer made of its files.

import { Readable } from "node:stream";
import { digestOf } from "../base/digest.ts";
import type { Log } from "../base/log.ts";
import { type ImageFiles, withImageFiles } from "../image/inspect/image-files.ts";
import { readAttributes } from "../image/inspect/read-attributes.ts";
import { OBJECT } from "../image/metadata/index.ts";
import type { WalkEntry } from "../image/squashfs-reader/index.ts";
import { treeLayer } from "../image/tree-layer.ts";
import { composeImage } from "../oci/compose.ts";
import { parseImageConfig } from "../oci/image-config.ts";
import { asObject, asString, jsonObject } from "../oci/json.ts";
import { PLAIN_LAYER } from "../oci/layers/pack-image.ts";
import { parseManifest } from "../oci/manifest.ts";
import { hostPlatform } from "../oci/platform.ts";
import type { Cache } from "../oci/store/cache.ts";
import type { BlobSource, Descriptor, OciImage } from "../oci/types.ts";
import type { Environment } from "../platform/user.ts";
import { folderLayer } from "./folder-layer.ts";
import { importedConfig, type KeptFacts, scriptsAreGenerated } from "./import-config.ts";
import { type MadeLayer, rememberedLayer } from "./import-memory.ts";
import type { ReadyImage } from "./ready-image.ts";

export interface ImportOptions {
  readonly cache: Cache;
  readonly env: Environment;
  /** Of the calling user: an ordinary user's unpacked files become root's. */
  readonly uid: number;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  /** True when the place that the image goes to has this layer already, so that the cache need not. */
  readonly isThere?: ((layer: Descriptor) => Promise<boolean>) | undefined;
}

/** An imported image, and whether it is the one that the file was made from. */
export interface ImportedImage extends ReadyImage {
  readonly original: boolean;
}

const OBJECTS = Object.values(OBJECT);

/** Imports a SIF file, a squashfs file or a folder. @throws E_IMAGE_…, E_FOLDER_LAYER, E_CONFIG_…, E_STORE_… */
export function importImage(path: string, options: ImportOptions): Promise<ImportedImage> {
  return withImageFiles(path, { objects: OBJECTS }, async (files) => {
    const blobs = storedBlobs(options.cache);
    const kept = keptImage(files, path);
    if (kept && (await hasLayers(kept, options))) return { image: kept, blobs, original: true };
    const facts = await factsOf(files);
    const layer = await layerOf(files, facts, options);
    const configBytes = importedConfig(facts, layer.digest);
    const image = composeImage({ configBytes, layers: [layer] });
    await options.cache.blobs.put(image.manifest.config, configBytes);
    await options.cache.blobs.put(image.descriptor, image.manifestBytes);
    return { image, blobs, original: false, ...(kept ? { documents: kept } : {}) };
  });
}

// The documents in a file are as trustworthy as the file; the layers they name are verified by whoever reads them.
function keptImage({ image }: ImageFiles, path: string): OciImage | undefined {
  const manifestBytes = image.kind === "sif" ? image.objects.get(OBJECT.manifest) : undefined;
  const configBytes = image.kind === "sif" ? image.objects.get(OBJECT.imageConfig) : undefined;
  if (!manifestBytes || !configBytes) return undefined;
  try {
    const manifest = parseManifest(manifestBytes, recorded(image, "manifestMediaType"), path);
    if (manifest.kind !== "manifest" || manifest.config.digest !== digestOf(configBytes)) return undefined;
    const config = parseImageConfig(configBytes, manifest, path);
    const descriptor = { mediaType: manifest.mediaType, digest: digestOf(manifestBytes), size: manifestBytes.length };
    return { descriptor, manifest, manifestBytes, config, configBytes };
  } catch {
    // Documents that make no sense are as good as none.
    return undefined;
  }
}

async function hasLayers({ manifest }: OciImage, { cache, isThere }: ImportOptions): Promise<boolean> {
  for (const layer of manifest.layers) if (!(await cache.blobs.has(layer)) && !(await isThere?.(layer))) return false;
  return true;
}

async function factsOf({ image, tree }: ImageFiles): Promise<KeptFacts> {
  const objects: ReadonlyMap<string, Uint8Array> = image.kind === "sif" ? image.objects : new Map();
  const arch = image.kind === "sif" ? image.partition.arch : "unknown";
  return {
    imageConfig: objects.get(OBJECT.imageConfig),
    ociConfig: objects.get(OBJECT.ociConfig),
    attributes: await readAttributes(tree),
    platform: arch === "unknown" ? hostPlatform() : { os: "linux", architecture: arch },
  };
}

async function layerOf(files: ImageFiles, facts: KeptFacts, options: ImportOptions): Promise<Descriptor> {
  const { image } = files;
  const { cache, log } = options;
  const make = () => makeLayer(files, facts, options);
  // A folder may have changed anywhere below: it is read each time.
  const made = image.kind === "sandbox" ? await make() : await rememberedLayer(image, cache, PLAIN_LAYER, make);
  if (made.skipped > 0) log.warn(`${made.skipped} devices or sockets of ${image.path} were left out`);
  return made.layer;
}

async function makeLayer(files: ImageFiles, facts: KeptFacts, options: ImportOptions): Promise<MadeLayer> {
  const { cache, env, uid, signal, log } = options;
  const { image, tree } = files;
  let skipped = 0;
  const onSkipped = (path: string, is: string) => {
    skipped += 1;
    log.debug(`left out ${path}, ${is}`);
  };
  const generated = scriptsAreGenerated(facts);
  const wishes = { onSkipped, leaveOut: generated ? isGenerated : () => false, modes: changedModes(files) };
  const content =
    image.kind === "sandbox"
      ? folderLayer(image.path, { env, uid, signal })
      : Readable.from(treeLayer(tree, wishes), { objectMode: false });
  const layer = { mediaType: PLAIN_LAYER, ...(await cache.blobs.add(content, { signal })) };
  return { layer, skipped };
}

// What a conversion has added and the next one adds again.
function isGenerated({ path, stat }: WalkEntry): boolean {
  if (path === "/.singularity.d" || path.startsWith("/.singularity.d/")) return true;
  return stat.type === "symlink" && (stat.target ?? "").startsWith(".singularity.d/") && !path.slice(1).includes("/");
}

/** Modes before files were made readable, as the record of the conversion has them. */
function changedModes({ image }: ImageFiles): ReadonlyMap<string, number> {
  const bytes = image.kind === "sif" ? image.objects.get(OBJECT.record) : undefined;
  const modes = asObject(jsonObject(bytes ?? Buffer.alloc(0))?.["changedModes"]) ?? {};
  const entries = Object.entries(modes).map(
    ([path, mode]) => [path, Number.parseInt(String(mode), 8) & 0o7777] as const,
  );
  return new Map(entries.filter(([, mode]) => !Number.isNaN(mode)));
}

function recorded(image: ImageFiles["image"], name: string): string | undefined {
  const bytes = image.kind === "sif" ? image.objects.get(OBJECT.record) : undefined;
  return asString(jsonObject(bytes ?? Buffer.alloc(0))?.[name]);
}

function storedBlobs(cache: Cache): BlobSource {
  return { open: (descriptor, options) => cache.blobs.open(descriptor, options) };
}
