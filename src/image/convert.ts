// From an OCI image to one squashfs file: puts the flattening and the squashfs writer together.

import { availableParallelism } from "node:os";
import type { BlobSource, OciImage } from "../oci/types.ts";
import { fail } from "./errors.ts";
import { flatten } from "./flatten/flatten.ts";
import { DuplicateEntry } from "./flatten/merge.ts";
import type { FlattenContext, FlattenOptions, FlattenReport } from "./flatten/options.ts";
import { findWriter } from "./squashfs-writer/find.ts";
import { SquashfsWriter } from "./squashfs-writer/writer.ts";

export type { FlattenContext, FlattenLimits, FlattenOptions, FlattenReport } from "./flatten/options.ts";

/** More compressor threads than this only need memory: decompression, one stream, is the limit then. */
const MAX_JOBS = 16;

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
  context: FlattenContext,
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
  context: FlattenContext,
  planned: ReadonlySet<number>,
): Promise<FlattenReport> {
  const jobs = Math.min(MAX_JOBS, availableParallelism());
  const command = findWriter(target, { ...options, jobs }, process.env["PATH"] ?? "", context.log);
  const writer = new SquashfsWriter(command, target);
  const stop = new AbortController();
  const signals = [stop.signal, writer.failed, ...(context.signal === undefined ? [] : [context.signal])];
  const signal = AbortSignal.any(signals);
  try {
    const report = await flatten({ image, blobs, options, context, signal, planned }, writer.sink);
    await writer.finish();
    return report;
  } catch (error) {
    throw (await writer.discard(error)) ?? error;
  } finally {
    stop.abort();
  }
}
