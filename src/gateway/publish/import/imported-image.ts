// A copied file as an OCI image: what is in it and what it says of itself. Nothing is mounted and nothing unpacked; every
// reader here is berth's own and takes the file for hostile.

import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Log } from "../../../base/log.ts";
import { OBJECT } from "../../../image/metadata/objects.ts";
import { type OpenedImage, openImage } from "../../../image/open.ts";
import { openSquashfs, type SquashfsTree } from "../../../image/squashfs-reader/index.ts";
import { treeLayer } from "../../../image/tree-layer.ts";
import { archiveImage } from "../../../oci/archive/archive-image.ts";
import { filePacking, unpacked } from "../../../oci/archive/packing.ts";
import { composeImage } from "../../../oci/compose.ts";
import { jsonObject } from "../../../oci/json.ts";
import { PLAIN_LAYER } from "../../../oci/layers/pack-image.ts";
import type { Cache } from "../../../oci/store/cache.ts";
import type { BlobSource, OciImage, Platform } from "../../../oci/types.ts";
import { holdsImage } from "./archive-kind.ts";
import { fail } from "./errors.ts";
import type { PrivateCopy } from "./private-copy.ts";

/** What can be imported. */
export const IMPORT_FORMATS = ["squashfs", "sif", "tar", "docker-archive", "oci-archive"] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** An image whose files are read out of the copy; `close` ends that. */
export interface ImportedImage {
  readonly image: OciImage;
  readonly blobs: BlobSource;
  /** Where a whole squashfs file system lies in the copy. */
  readonly squashfs: { readonly offset: number; readonly size: number } | undefined;
  close(): Promise<void>;
}

export interface ImportTools {
  /** A cache of this import alone. */
  readonly cache: Cache;
  /** What to choose of images for several. */
  readonly platform: Platform;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Opens the copy as `format`. @throws E_IMPORT_IMAGE, and what the readers of images and archives throw */
export async function importedImage(
  copy: PrivateCopy,
  format: ImportFormat,
  tools: ImportTools,
): Promise<ImportedImage> {
  if (format === "squashfs" || format === "sif") return fileSystemImage(copy, format, tools);
  if (format === "tar" && !(await holdsImage(copy.path, tools.signal))) return tarImage(copy, tools);
  const kind = format === "oci-archive" ? "oci-archive" : "docker-archive";
  const found = await archiveImage({ kind, path: copy.path }, { ...tools, now: Date.now });
  return { ...found, squashfs: undefined, close: async () => undefined };
}

async function fileSystemImage(copy: PrivateCopy, format: "squashfs" | "sif", tools: ImportTools) {
  const opened = await openImage(copy.path, { objects: [OBJECT.imageConfig, OBJECT.ociConfig] });
  if (opened.kind !== format)
    throw fail("E_IMPORT_IMAGE", { path: copy.path, format, reason: `it is a ${opened.kind} file` });
  const { offset, size } = opened.partition;
  const tree = await openTree(copy.path, offset);
  return {
    image: oneLayer(copy, configOf(opened, tools.platform)),
    blobs: treeBlobs(tree, tools.log),
    squashfs: { offset, size },
    close: () => tree.close(),
  };
}

async function openTree(path: string, offset: number): Promise<SquashfsTree> {
  const file = await open(path, "r");
  try {
    return await openSquashfs(file, offset, path);
  } catch (error) {
    await file.close();
    throw error;
  }
}

// Read again for each attempt of the conversion; nothing of it is kept.
function treeBlobs(tree: SquashfsTree, log: Log): BlobSource {
  const onSkipped = (path: string, is: string) => log.debug(`left out ${path}, ${is}`);
  const wishes = { onSkipped, leaveOut: () => false, modes: new Map<string, number>() };
  return { open: async () => Readable.from(treeLayer(tree, wishes), { objectMode: false }) };
}

// Only xz and bzip2 need unpacking here: the reader of layers knows the others.
async function tarImage(copy: PrivateCopy, { platform, signal }: ImportTools): Promise<ImportedImage> {
  const packing = await filePacking(copy.path);
  const known = packing === "gzip" || packing === "zstd";
  const blobs = { open: async () => unpacked(copy.path, known ? "none" : packing, signal) };
  const image = oneLayer(copy, platformConfig(platform));
  return { image, blobs, squashfs: undefined, close: async () => undefined };
}

// The layer goes by the digest of the file that it is in.
function oneLayer({ digest, bytes }: PrivateCopy, config: Readonly<Record<string, unknown>>): OciImage {
  const document = { ...config, rootfs: { type: "layers", diff_ids: [digest] }, history: [] };
  const layer = { mediaType: PLAIN_LAYER, digest, size: bytes };
  return composeImage({ configBytes: Buffer.from(JSON.stringify(document)), layers: [layer] });
}

// The whole configuration, as berth keeps it in SIF files, or its run-time half, as Apptainer does. Neither, as in any
// plain squashfs file, says nothing.
function configOf(opened: OpenedImage, platform: Platform): Readonly<Record<string, unknown>> {
  if (opened.kind !== "sif") return platformConfig(platform);
  const whole = jsonObject(opened.objects.get(OBJECT.imageConfig) ?? Buffer.alloc(0));
  if (whole) return whole;
  const config = jsonObject(opened.objects.get(OBJECT.ociConfig) ?? Buffer.alloc(0));
  const { arch } = opened.partition;
  const known = arch === "unknown" ? platformConfig(platform) : { os: "linux", architecture: arch };
  return { ...known, ...(config ? { config } : {}) };
}

function platformConfig({ os, architecture, variant }: Platform): Readonly<Record<string, unknown>> {
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}
