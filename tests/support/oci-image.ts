// Writes small OCI images as a layout folder, from plain records: what the tests say is exactly what the image holds,
// odd entries included. It checks nothing, so that it can also write what no good tool would.

import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { pack } from "tar-stream";
import type { Descriptor, Platform, RuntimeConfig } from "../../src/oci/types.ts";

/** One entry of a layer. Paths are written as they are; a directory needs no trailing slash. */
export interface LayerEntry {
  readonly path: string;
  /** Default: `directory` when there is nothing else said, `file` when there is content. */
  readonly type?: "file" | "directory" | "symlink" | "link" | "character-device" | "block-device" | "fifo";
  readonly content?: string | Uint8Array;
  /** Target of a symbolic or hard link. */
  readonly target?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Seconds since 1970. */
  readonly mtime?: number;
  readonly xattrs?: Readonly<Record<string, string>>;
  readonly device?: readonly [major: number, minor: number];
}

/** A layer: its entries in order, and how it is compressed (default gzip). */
export interface TestLayer {
  readonly entries: readonly LayerEntry[];
  readonly compression?: "gzip" | "zstd" | "none";
}

/** An image of one platform (default: linux on this machine's architecture). */
export interface TestImage {
  readonly layers: readonly TestLayer[];
  readonly config?: RuntimeConfig;
  readonly platform?: Platform;
  /** Lines of the history; default: none at all. */
  readonly history?: readonly { readonly created_by: string; readonly empty_layer?: boolean }[];
}

/** The name that OCI gives to this machine's architecture. */
export const HOST_ARCHITECTURE = process.arch === "x64" ? "amd64" : process.arch;

const MEDIA = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  gzip: "application/vnd.oci.image.layer.v1.tar+gzip",
  zstd: "application/vnd.oci.image.layer.v1.tar+zstd",
  none: "application/vnd.oci.image.layer.v1.tar",
} as const;

/** Hides `path` of the layers below. */
export function whiteout(path: string): LayerEntry {
  const slash = path.lastIndexOf("/") + 1;
  return { path: `${path.slice(0, slash)}.wh.${path.slice(slash)}`, content: "" };
}

/** Hides everything that the layers below have in `directory`. */
export function opaque(directory: string): LayerEntry {
  return { path: `${directory}/.wh..wh..opq`, content: "" };
}

/** Writes the images, each under its tag, and gives back the descriptors of their manifests; lists become an index. */
export async function writeLayout(
  directory: string,
  images: Readonly<Record<string, TestImage | readonly TestImage[]>>,
): Promise<Readonly<Record<string, Descriptor>>> {
  await mkdir(join(directory, "blobs", "sha256"), { recursive: true });
  const tagged: Record<string, Descriptor> = {};
  for (const [tag, image] of Object.entries(images))
    tagged[tag] = "layers" in image ? await writeImage(directory, image) : await writeIndex(directory, image);
  const manifests = Object.entries(tagged).map(([tag, descriptor]) => ({
    ...descriptor,
    annotations: { "org.opencontainers.image.ref.name": tag },
  }));
  await writeFile(join(directory, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(
    join(directory, "index.json"),
    JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.index, manifests }),
  );
  return tagged;
}

async function writeIndex(directory: string, images: readonly TestImage[]): Promise<Descriptor> {
  const manifests: Descriptor[] = [];
  for (const image of images) {
    const platform = image.platform ?? { os: "linux", architecture: HOST_ARCHITECTURE };
    manifests.push({ ...(await writeImage(directory, image)), platform });
  }
  return writeJson(directory, MEDIA.index, { schemaVersion: 2, mediaType: MEDIA.index, manifests });
}

async function writeImage(directory: string, image: TestImage): Promise<Descriptor> {
  const layers: Descriptor[] = [];
  const diffIds: string[] = [];
  for (const { entries, compression = "gzip" } of image.layers) {
    const tar = await layerTar(entries);
    diffIds.push(sha256(tar));
    const packed = compression === "gzip" ? gzipSync(tar) : compression === "zstd" ? zstdCompressSync(tar) : tar;
    layers.push(await writeBlob(directory, MEDIA[compression], packed));
  }
  const config = await writeJson(directory, MEDIA.config, {
    created: "2024-01-01T00:00:00Z",
    os: "linux",
    architecture: HOST_ARCHITECTURE,
    ...image.platform,
    config: image.config ?? {},
    rootfs: { type: "layers", diff_ids: diffIds },
    ...(image.history ? { history: image.history } : {}),
  });
  return writeJson(directory, MEDIA.manifest, { schemaVersion: 2, mediaType: MEDIA.manifest, config, layers });
}

/** The entries as an uncompressed tar archive; extended attributes go into PAX records. */
export async function layerTar(entries: readonly LayerEntry[]): Promise<Buffer> {
  const archive = pack();
  const bytes = buffer(archive);
  for (const entry of entries) {
    const type = typeOf(entry);
    const content = Buffer.from(entry.content ?? "");
    const xattrs = Object.entries(entry.xattrs ?? {}).map(([name, value]) => [`SCHILY.xattr.${name}`, value]);
    archive.entry(
      {
        name: type === "directory" ? `${entry.path}/` : entry.path,
        type,
        mode: entry.mode ?? (type === "directory" ? 0o755 : 0o644),
        uid: entry.uid ?? 0,
        gid: entry.gid ?? 0,
        mtime: new Date((entry.mtime ?? 1_700_000_000) * 1000),
        ...(entry.target === undefined ? {} : { linkname: entry.target }),
        ...(entry.device ? { devmajor: entry.device[0], devminor: entry.device[1] } : {}),
        ...(xattrs.length > 0 ? { pax: Object.fromEntries(xattrs) as Record<string, string> } : {}),
        size: content.length,
      },
      content,
    );
  }
  archive.finalize();
  return bytes;
}

function typeOf(entry: LayerEntry): NonNullable<LayerEntry["type"]> {
  return entry.type ?? (entry.content === undefined ? (entry.target === undefined ? "directory" : "symlink") : "file");
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

async function writeJson(directory: string, mediaType: string, value: unknown): Promise<Descriptor> {
  return writeBlob(directory, mediaType, Buffer.from(JSON.stringify(value)));
}

async function writeBlob(directory: string, mediaType: string, bytes: Uint8Array): Promise<Descriptor> {
  const digest = sha256(bytes) as Descriptor["digest"];
  await writeFile(join(directory, "blobs", "sha256", digest.slice("sha256:".length)), bytes);
  return { mediaType, digest, size: bytes.length };
}
