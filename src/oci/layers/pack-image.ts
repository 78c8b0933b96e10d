// An image whose plain layers are compressed, for archives and registries. What a layer became is remembered, so that a
// second push compresses nothing. Layers that came compressed stay as they are: they exist elsewhere under their digest.

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";
import type { Log, Progress } from "../../base/log.ts";
import { composeImage } from "../compose.ts";
import { layerPacking } from "../media-types.ts";
import type { Cache } from "../store/cache.ts";
import type { BlobSource, Descriptor, OciImage } from "../types.ts";
import { gzipBlocks } from "./gzip-blocks.ts";
import type { LayerCompression } from "./layer-compression.ts";

/** What packing works with. */
export interface PackingTools {
  readonly compression: LayerCompression;
  readonly cache: Cache;
  readonly log: Log;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** An image and its blobs. */
export interface PackedImage {
  readonly image: OciImage;
  readonly blobs: BlobSource;
}

/** The media type of a layer that is a plain tar archive. */
export const PLAIN_LAYER = "application/vnd.oci.image.layer.v1.tar";

/** Part of the name of what is remembered: other bytes for the same layer need another number. */
const FORM = 1;
const ZSTD_LEVEL = 3;

/** The image with its plain layers packed; the same image when there is nothing to pack. @throws what `blobs` does, E_STORE_… */
export async function packImage(image: OciImage, blobs: BlobSource, tools: PackingTools): Promise<PackedImage> {
  const { compression, cache } = tools;
  const plain = image.manifest.layers.some(({ mediaType }) => layerPacking(mediaType) === "none");
  if (compression === "none" || !plain) return { image, blobs };
  const layers: Descriptor[] = [];
  for (const layer of image.manifest.layers) layers.push(await packLayer(layer, blobs, compression, tools));
  const { configBytes, manifest } = image;
  const packed = composeImage({ configBytes, layers, annotations: manifest.annotations });
  const open: BlobSource["open"] = async (descriptor, options) =>
    (await cache.blobs.has(descriptor)) ? cache.blobs.open(descriptor, options) : blobs.open(descriptor, options);
  return { image: packed, blobs: { open } };
}

async function packLayer(
  layer: Descriptor,
  blobs: BlobSource,
  compression: "gzip" | "zstd",
  tools: PackingTools,
): Promise<Descriptor> {
  const { cache, progress, signal, log } = tools;
  const packing = layerPacking(layer.mediaType);
  // The manifest becomes OCI's, where Docker's names of the same things have no place.
  if (packing !== "none") return { ...layer, mediaType: `${PLAIN_LAYER}+${packing ?? "gzip"}` };
  const name = `packed-layer:${compression}:${FORM}:${layer.digest}`;
  const mediaType = `${PLAIN_LAYER}+${compression}`;
  const known = await cache.references.find(name);
  if (known && (await cache.blobs.has(known.target))) return { ...known.target, mediaType };
  const task = progress.start(`pack ${layer.digest.slice(7, 19)}`, layer.size);
  try {
    const content = await blobs.open(layer, { signal });
    const made = await cache.blobs.add(compressed(content, compression, task.advance.bind(task)), { signal });
    const target = { mediaType, ...made };
    log.debug(`layer ${layer.digest} is ${made.digest} packed with ${compression}`);
    await cache.references.set({ name, target, checked: tools.now(), stamp: String(FORM) });
    return target;
  } finally {
    task.done();
  }
}

function compressed(content: Readable, compression: "gzip" | "zstd", advance: (bytes: number) => void): Readable {
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      advance(chunk.length);
      yield chunk;
    }
  }
  if (compression === "gzip") return Readable.from(gzipBlocks(counted()), { objectMode: false });
  const params = {
    [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
    // Some readers check it, and it costs next to nothing.
    [constants.ZSTD_c_checksumFlag]: 1,
  };
  const zstd = createZstdCompress({ params });
  pipeline(counted, zstd).catch((error: Error) => zstd.destroy(error));
  return zstd;
}
