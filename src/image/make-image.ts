// From an OCI image to one SIF file: layers to squashfs as a stream, header and records in front, published last.

import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import type { Log, Progress } from "../base/log.ts";
import { partialName } from "../base/publish.ts";
import type { BlobSource, OciImage } from "../oci/types.ts";
import type { ConversionOptions } from "./conversion-options.ts";
import { type FlattenReport, writeSquashfs } from "./convert.ts";
import type { ImageKey } from "./encrypted/index.ts";
import { readAttributes } from "./inspect/read-attributes.ts";
import {
  creationTime,
  ensureEntries,
  type ImageAttributes,
  isDefinitionImage,
  metadataEntries,
  standardObjects,
} from "./metadata/index.ts";
import { deriveUuid, prependSif, type SifSpec } from "./sif/index.ts";
import { openSquashfs } from "./squashfs-reader/index.ts";
import type { LibraryImage } from "./squashfs-writer/library/library.ts";

export interface MakeImageOptions {
  readonly conversion: ConversionOptions;
  /** Largest sum of file sizes that is accepted, in bytes (archives can unpack to absurd sizes). */
  readonly maxBytes: number;
  /** Permission bits of the finished file. */
  readonly mode: number;
  readonly log: Log;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
  /** Under what the image's compressed blocks are remembered for later images; left out: they are not. */
  readonly remembered?: LibraryImage | undefined;
  /** What `inspect` shall say; left out: the image's files tell, when it was built from a definition file, else its configuration. */
  readonly attributes?: ImageAttributes | undefined;
  /** Encrypts the root file system. */
  readonly encryption?: ImageKey | undefined;
  /** The image whose documents the file keeps, when its files come another way (a file that is compressed anew). */
  readonly documents?: OciImage | undefined;
}

/** Converts `image` and publishes it as `target`, replacing a file of that name. After a failure nothing is left. */
export async function makeImage(
  image: OciImage,
  blobs: BlobSource,
  target: string,
  options: MakeImageOptions,
): Promise<FlattenReport> {
  const path = partialName(target);
  const { conversion, log, progress, signal, remembered, documents = image } = options;
  try {
    const flatten = {
      ...conversion,
      limits: { maxBytes: options.maxBytes },
      extra: [...metadataEntries(documents), ...ensureEntries()],
      defaultTime: creationTime(image),
    };
    const report = await writeSquashfs(image, blobs, path, flatten, { signal, progress, log, remembered });
    const attributes = options.attributes ?? (await ownAttributes(image, path));
    const spec = sifSpec(documents, conversion, report, attributes);
    await prependSif(path, options.encryption ? await sealed(path, spec, options.encryption, signal) : spec, {
      signal,
    });
    await finish(path, target, options.mode);
    return report;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

// What a partition holds that nobody can read without its key.
async function sealed(path: string, spec: SifSpec, key: ImageKey, signal: AbortSignal | undefined): Promise<SifSpec> {
  const { sealSquashfs } = await import("./encrypted/seal.ts");
  const objects = await sealSquashfs(path, key, { time: spec.time, signal });
  const partition = { ...spec.partition, fs: "gocryptfs-squashfs" } as const;
  // Another file each time: its key is.
  return { ...spec, uuid: randomBytes(16), objects: [...spec.objects, ...objects], partition };
}

async function ownAttributes(image: OciImage, squashfs: string): Promise<ImageAttributes | undefined> {
  if (!isDefinitionImage(image.config.config)) return undefined;
  const tree = await openSquashfs(await open(squashfs, "r"), 0, squashfs);
  try {
    return await readAttributes(tree);
  } finally {
    await tree.close();
  }
}

function sifSpec(
  image: OciImage,
  conversion: ConversionOptions,
  report: FlattenReport,
  attributes: ImageAttributes | undefined,
): SifSpec {
  const { level, ...named } = conversion;
  const options = level === undefined ? named : { ...named, level };
  const changedModes = Object.fromEntries(report.changedModes.map(({ path, mode }) => [path, mode.toString(8)]));
  return {
    uuid: deriveUuid(image.descriptor.digest, JSON.stringify(options)),
    time: creationTime(image),
    objects: standardObjects(image, { options, changedModes }, attributes),
    partition: { fs: "squashfs", kind: "primary", arch: image.config.architecture, name: "squashfs" },
  };
}

async function finish(path: string, target: string, mode: number): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(path, target);
}
