import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { checkBytes, digestOf } from "../../base/digest.ts";
import type { BlobSource, Descriptor } from "../../oci/types.ts";
import { openLayer } from "./layer-stream.ts";

const TAR = Buffer.alloc(400_000, "not compared here");
const mediaType = "application/vnd.oci.image.layer.v1.tar+gzip";

async function read(bytes: Buffer, descriptor: Descriptor): Promise<Buffer> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 65_536) yield Buffer.from(bytes.subarray(at, at + 65_536));
    checkBytes(bytes, descriptor, "the layer");
  }
  const blobs: BlobSource = { open: async () => Readable.from(pieces()) };
  const { signal } = new AbortController();
  const parts: Buffer[] = [];
  for await (const part of await openLayer(blobs, descriptor, { signal, onBytes: () => undefined })) parts.push(part);
  return Buffer.concat(parts);
}

test.each([0, 10, 1_000_000])(
  "a blob is held against its digest also with %i zeros behind its compressed data",
  async (zeros) => {
    const bytes = Buffer.concat([gzipSync(TAR), Buffer.alloc(zeros)]);
    const own = { mediaType, digest: digestOf(bytes), size: bytes.length };
    expect((await read(bytes, own)).equals(TAR)).toBe(true);
    await expect(read(bytes, { ...own, digest: digestOf("another") })).rejects.toMatchObject({
      code: "E_DIGEST_MISMATCH",
    });
  },
);
