// Writes what `docker save` writes and `docker load` reads: configuration, plain layers, and a list of images. Layers are
// unpacked on the way, since some readers take all layers of an archive to be packed as the first one is.

import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { checkMeasured, digestParts, parseDigest } from "../../base/digest.ts";
import { publishFile } from "../../base/publish.ts";
import { unpackZstd } from "../layers/unpack-zstd.ts";
import { layerPacking } from "../media-types.ts";
import type { Reference } from "../reference.ts";
import { measuringHash } from "../store/measuring-hash.ts";
import type { BlobSource, Descriptor, OciImage } from "../types.ts";
import { archiveFailure, fail } from "./errors.ts";
import { TarOutput } from "./tar-output.ts";

/** Where an archive goes, and how the image is called in it. */
export interface DockerArchivePlace {
  readonly path: string;
  readonly reference?: Reference | undefined;
  /** Permission bits of the file. */
  readonly mode: number;
  readonly signal?: AbortSignal | undefined;
}

/** Publishes the archive, replacing a file of that name. @throws E_ARCHIVE_WRITE, E_DIGEST_MISMATCH, and what `blobs` does */
export async function writeDockerArchive(image: OciImage, blobs: BlobSource, place: DockerArchivePlace): Promise<void> {
  const { path, reference, mode, signal } = place;
  const config = `${digestParts(image.manifest.config.digest).hex}.json`;
  try {
    await publishFile(path, mode, async (file) => {
      const tar = new TarOutput(file);
      await tar.add(config, image.configBytes);
      const layers = await addLayers(tar, image, blobs, signal);
      const list = [{ Config: config, RepoTags: reference ? [repoTag(reference)] : [], Layers: layers }];
      await tar.add("manifest.json", Buffer.from(JSON.stringify(list)));
      await tar.end();
    });
  } catch (error) {
    throw archiveFailure(error, path);
  }
}

async function addLayers(
  tar: TarOutput,
  image: OciImage,
  blobs: BlobSource,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const names: string[] = [];
  for (const [at, layer] of image.manifest.layers.entries()) {
    signal?.throwIfAborted();
    const diffId = parseDigest(image.config.rootfs.diff_ids[at] ?? "");
    const name = `${digestParts(diffId).hex}.tar`;
    // Empty layers of one image are often the same.
    if (!names.includes(name)) {
      const { through, result } = measuringHash();
      const plain = unpackedLayer(await blobs.open(layer, { signal }), layer);
      pipeline(plain, through).catch((error: Error) => through.destroy(error));
      const size = await tar.add(name, through);
      if (digestParts(diffId).algorithm === "sha256")
        checkMeasured(result(), { digest: diffId, size }, `the unpacked layer ${layer.digest}`);
    }
    names.push(name);
  }
  return names;
}

function unpackedLayer(content: Readable, layer: Descriptor): Readable {
  const packing = layerPacking(layer.mediaType);
  if (packing === undefined) throw fail("E_ARCHIVE_LAYER", { mediaType: layer.mediaType });
  if (packing === "none") return content;
  if (packing === "zstd") return unpackZstd(content);
  const unpack = createGunzip({ chunkSize: 256 * 1024 });
  pipeline(content, unpack).catch((error: Error) => unpack.destroy(error));
  return unpack;
}

// The whole name: engines shorten it themselves, and others would not know what is left out.
function repoTag({ registry, repository, tag }: Reference): string {
  return `${registry}/${repository}:${tag ?? "latest"}`;
}
