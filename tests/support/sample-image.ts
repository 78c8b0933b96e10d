// A small OCI image layout made by the test itself, byte by byte, so that every digest in it is known.

import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { type Digest, digestOf, digestParts } from "../../src/base/digest.ts";

/** What was written. */
export interface SampleImage {
  /** Folder of the OCI layout. */
  readonly dir: string;
  readonly manifestDigest: Digest;
  readonly manifestBytes: Buffer;
  readonly configDigest: Digest;
  readonly layer: { readonly digest: Digest; readonly size: number; readonly bytes: Buffer };
}

/** Writes an image of one layer, tagged `latest` in its index; the layer holds `content` as the file /hello. */
export async function writeSampleImage(
  dir: string,
  options: { readonly content?: Uint8Array; readonly architecture?: string; readonly packed?: boolean } = {},
): Promise<SampleImage> {
  const tar = tarOf("hello", Buffer.from(options.content ?? "hello\n"));
  const layerBytes = options.packed === false ? tar : gzipSync(tar);
  const config = Buffer.from(
    JSON.stringify({
      os: "linux",
      architecture: options.architecture ?? "amd64",
      config: { Env: ["PATH=/bin"], Cmd: ["/hello"] },
      rootfs: { type: "layers", diff_ids: [digestOf(tar)] },
    }),
  );
  const layerType = `application/vnd.oci.image.layer.v1.tar${options.packed === false ? "" : "+gzip"}`;
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: described("application/vnd.oci.image.config.v1+json", config),
      layers: [described(layerType, layerBytes)],
    }),
  );
  const entry = described("application/vnd.oci.image.manifest.v1+json", manifest);
  const tagged = { ...entry, annotations: { "org.opencontainers.image.ref.name": "latest" } };
  await mkdir(join(dir, "blobs/sha256"), { recursive: true });
  await writeFile(join(dir, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(dir, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [tagged] }));
  for (const blob of [layerBytes, config, manifest]) {
    await writeFile(join(dir, "blobs/sha256", digestParts(digestOf(blob)).hex), blob);
  }
  return {
    dir,
    manifestDigest: entry.digest,
    manifestBytes: manifest,
    configDigest: digestOf(config),
    layer: { digest: digestOf(layerBytes), size: layerBytes.length, bytes: layerBytes },
  };
}

/** Pushes a layout's `latest` with skopeo to `host/path:tag`; `flags` are skopeo's. Not blocking: a token server may live here. */
export async function pushSample(image: { readonly dir: string }, to: string, ...flags: string[]): Promise<void> {
  const words = ["copy", "-q", "--dest-tls-verify=false", ...flags, `oci:${image.dir}:latest`, `docker://${to}`];
  await promisify(execFile)("skopeo", words);
}

function described(mediaType: string, bytes: Buffer) {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

// One regular file in ustar form (POSIX.1-1988), and the two zero blocks that end an archive.
function tarOf(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(512);
  head.write(name, 0);
  head.write("0000755\x000000000\x000000000\x00", 100);
  head.write(`${content.length.toString(8).padStart(11, "0")}\x0000000000000\x00        0`, 124);
  head.write("ustar\x0000", 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, "0")}\x00 `, 148);
  return Buffer.concat([head, content, Buffer.alloc((512 - (content.length % 512)) % 512), Buffer.alloc(1024)]);
}
