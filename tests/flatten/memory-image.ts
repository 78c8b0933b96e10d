// An image whose blobs are in memory, for tests of the flattening.

import { Readable } from "node:stream";
import { digestOf } from "../../src/base/digest.ts";
import type { FlattenOptions } from "../../src/image/flatten/options.ts";
import type { BlobSource, Descriptor, OciImage } from "../../src/oci/types.ts";

export interface MemoryImage {
  readonly image: OciImage;
  readonly blobs: BlobSource;
}

export const OPTIONS: FlattenOptions = {
  compression: "zstd",
  level: 3,
  blockSize: 131_072,
  fixPermissions: false,
  owners: "keep",
  extra: [],
  defaultTime: 0,
};

/** An image of these layer blobs, oldest first; `piece` is the size of the chunks they are read in. */
export function memoryImage(layers: readonly Buffer[], piece = 65_536): MemoryImage {
  const blobs = new Map<string, Buffer>();
  const descriptors = layers.map((bytes): Descriptor => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType: "application/vnd.oci.image.layer.v1.tar", digest, size: bytes.length };
  });
  const manifestBytes = Buffer.from(JSON.stringify(descriptors));
  const configBytes = Buffer.from("{}");
  const config: Descriptor = { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf("{}"), size: 2 };
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  return {
    image: {
      descriptor: { mediaType, digest: digestOf(manifestBytes), size: manifestBytes.length },
      manifest: { mediaType, config, layers: descriptors },
      manifestBytes,
      config: { os: "linux", architecture: "amd64", rootfs: { type: "layers", diff_ids: [] } },
      configBytes,
    },
    blobs: { open: async (descriptor) => Readable.from(pieces(blobs.get(descriptor.digest), piece)) },
  };
}

function* pieces(bytes: Buffer | undefined, size: number): Generator<Buffer> {
  if (bytes === undefined) throw new Error("no such blob");
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size));
}
