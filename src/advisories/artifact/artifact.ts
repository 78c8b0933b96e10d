// A whole store as one OCI artifact, for closed sites: an empty configuration and one packed layer for each file. The layers of
// parts that did not change keep their digests, so that a registry gets and gives only what is new.

import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { digestOf } from "../../base/digest.ts";
import { publishFile } from "../../base/publish.ts";
import { blobName } from "../../oci/archive/image-members.ts";
import { LAYOUT_VERSION, REF_NAME } from "../../oci/archive/layout-index.ts";
import { TarOutput } from "../../oci/archive/tar-output.ts";
import { MEDIA } from "../../oci/media-types.ts";
import type { Pushable } from "../../oci/push/push-image.ts";
import { measuringHash } from "../../oci/store/measuring-hash.ts";
import { verifiedFile } from "../../oci/store/verified-file.ts";
import type { BlobSource, Descriptor } from "../../oci/types.ts";
import type { AdvisoryStore } from "../store/store.ts";

/** What the artifact calls itself. */
export const ARTIFACT_TYPE = "application/vnd.berth.advisories.v1";
/** A file of the store, packed with gzip. */
export const FILE_TYPE = "application/vnd.berth.advisories.file.v1+gzip";
/** Annotation with the name of a file. */
export const TITLE = "org.opencontainers.image.title";
const EMPTY = Buffer.from("{}");

export interface PackOptions {
  /** Folder for the packed files while they are needed. */
  readonly tempDir: string;
  readonly signal?: AbortSignal | undefined;
}

/** Packs the store and hands it over; what was packed is removed afterwards. */
export async function withArtifact<T>(
  store: AdvisoryStore,
  { tempDir, signal }: PackOptions,
  use: (artifact: Pushable) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tempDir, "berth-advisories-"));
  try {
    const layers: Descriptor[] = [];
    for (const name of (await readdir(store.folder)).sort())
      layers.push(await pack(store.folder, name, folder, signal));
    return await use(artifactOf(store, layers, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function pack(from: string, name: string, folder: string, signal: AbortSignal | undefined): Promise<Descriptor> {
  const { through, result } = measuringHash();
  const target = createWriteStream(join(folder, name), { flags: "wx", mode: 0o600 });
  await pipeline(createReadStream(join(from, name)), createGzip({ level: 6 }), through, target, { signal });
  return { mediaType: FILE_TYPE, ...result(), annotations: { [TITLE]: name } };
}

function artifactOf(store: AdvisoryStore, layers: readonly Descriptor[], folder: string): Pushable {
  const config = { mediaType: MEDIA.ociEmpty, digest: digestOf(EMPTY), size: EMPTY.length };
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA.ociManifest,
    artifactType: ARTIFACT_TYPE,
    config,
    layers,
    annotations: { "org.opencontainers.image.created": store.manifest.made },
  };
  const manifestBytes = Buffer.from(JSON.stringify(manifest));
  const descriptor = { mediaType: MEDIA.ociManifest, digest: digestOf(manifestBytes), size: manifestBytes.length };
  const blobs: BlobSource = {
    async open(wanted, { signal }) {
      if (wanted.digest === config.digest) return Readable.from([EMPTY], { objectMode: false });
      const name = layers.find(({ digest }) => digest === wanted.digest)?.annotations?.[TITLE] ?? "";
      const path = join(folder, name);
      return verifiedFile(await open(path, "r"), { ...wanted, offset: 0, what: path, signal });
    },
  };
  return { descriptor, manifestBytes, parts: [config, ...layers], blobs };
}

/** Writes the artifact as an OCI layout in a tar file, which registries' tools can carry too. */
export async function writeArtifact(artifact: Pushable, path: string, signal?: AbortSignal): Promise<void> {
  const { descriptor, manifestBytes, parts, blobs } = artifact;
  const entry = { ...descriptor, artifactType: ARTIFACT_TYPE, annotations: { [REF_NAME]: "advisories" } };
  await publishFile(path, 0o644, async (file) => {
    const tar = new TarOutput(file);
    await tar.add("oci-layout", Buffer.from(LAYOUT_VERSION));
    await tar.add("index.json", Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [entry] })));
    for (const folder of ["blobs", "blobs/sha256"]) await tar.folder(folder);
    await tar.add(blobName(descriptor.digest), manifestBytes);
    for (const part of new Map(parts.map((one) => [one.digest, one])).values()) {
      signal?.throwIfAborted();
      await tar.add(blobName(part.digest), await blobs.open(part, { signal }));
    }
    await tar.end();
  });
}
