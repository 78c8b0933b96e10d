// From an OCI image to one squashfs file: puts the flattening and the squashfs writer together.

import { availableParallelism } from "node:os";
import type { BlobSource, OciImage } from "../oci/types.ts";
import { fail } from "./errors.ts";
import { type FlattenJob, flatten } from "./flatten/flatten.ts";
import { DuplicateEntry } from "./flatten/merge.ts";
import type { FlattenContext, FlattenOptions, FlattenReport } from "./flatten/options.ts";
import { ExternalWriter } from "./squashfs-writer/external-writer.ts";
import { findWriter } from "./squashfs-writer/find.ts";
import { type LibraryImage, openLibrary, rememberBlocks } from "./squashfs-writer/library/library.ts";
import { OwnWriter } from "./squashfs-writer/own-writer.ts";
import type { SquashfsWriter } from "./squashfs-writer/squashfs-writer.ts";
import { type Codec, codecOf } from "./squashfs-writer/writer/codec.ts";

export type { FlattenContext, FlattenLimits, FlattenOptions, FlattenReport } from "./flatten/options.ts";

/** More compressor threads than this only need memory: decompression, one stream, is the limit then. */
const MAX_JOBS = 16;

/** What a conversion needs besides the image. */
export interface ConversionContext extends FlattenContext {
  /** Under what the image's blocks are remembered; earlier images with the same layers are made use of. */
  readonly remembered?: LibraryImage | undefined;
}

/**
 * Writes the merged layers of `image` as a squashfs file to `target`, which is not published yet: the caller renames
 * it. The same manifest and options give the same bytes. After a failure there is no file.
 *
 * @throws E_NO_LAYERS, E_LAYER_*, E_SQUASHFS_*, and what `blobs` throws
 */
export async function writeSquashfs(
  image: OciImage,
  blobs: BlobSource,
  target: string,
  options: FlattenOptions,
  context: ConversionContext,
): Promise<FlattenReport> {
  const count = image.manifest.layers.length;
  if (count === 0) throw fail("E_NO_LAYERS", { image: image.descriptor.digest });
  const planned = new Set<number>();
  for (;;) {
    try {
      return await attempt(image, blobs, target, options, context, planned);
    } catch (error) {
      if (!(error instanceof DuplicateEntry) || planned.has(error.layer)) throw error;
      context.log.debug(`layer ${error.layer + 1} of ${count} has a path twice: reading it in two passes`);
      // An image that does it once more is read with care altogether, so that there are never more than three attempts.
      if (planned.size > 0) for (let layer = 0; layer < count; layer++) planned.add(layer);
      planned.add(error.layer);
    }
  }
}

async function attempt(
  image: OciImage,
  blobs: BlobSource,
  target: string,
  options: FlattenOptions,
  context: ConversionContext,
  planned: ReadonlySet<number>,
): Promise<FlattenReport> {
  const { compression, level } = options;
  const job = { image, blobs, options, context, planned };
  if (compression === "zstd" || compression === "gzip") {
    return convertOurselves(job, target, codecOf(compression, level));
  }
  const jobs = Math.min(MAX_JOBS, availableParallelism());
  const command = findWriter(target, { ...options, jobs }, process.env["PATH"] ?? "", context.log);
  return convertBy(new ExternalWriter(command, target), job);
}

type ConversionJob = Omit<FlattenJob, "signal"> & { readonly context: ConversionContext };

async function convertOurselves(job: ConversionJob, target: string, codec: Codec): Promise<FlattenReport> {
  const { blockSize, defaultTime } = job.options;
  const { remembered } = job.context;
  const layers = job.image.manifest.layers.map(({ digest }) => digest);
  const header = { codec: `1-${codec.key}-${blockSize}`, layers };
  const library = remembered && (await openLibrary(remembered, header));
  try {
    const writer = await OwnWriter.create(target, { codec, blockSize, defaultTime, library });
    const report = await convertBy(writer, job);
    // Without, the next image takes longer; this one is finished.
    if (remembered) await rememberBlocks(remembered, header, writer.records).catch(() => {});
    return report;
  } finally {
    await library?.close();
  }
}

async function convertBy(writer: SquashfsWriter, job: ConversionJob): Promise<FlattenReport> {
  const stop = new AbortController();
  const { signal: stopped } = job.context;
  const signal = AbortSignal.any([stop.signal, writer.failed, ...(stopped === undefined ? [] : [stopped])]);
  try {
    const report = await flatten({ ...job, signal }, writer.sink);
    await writer.finish();
    return report;
  } catch (error) {
    throw (await writer.discard(error)) ?? error;
  } finally {
    stop.abort();
  }
}
