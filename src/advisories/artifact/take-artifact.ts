// Takes a whole store from an OCI artifact, in the place of what was there: an archive or folder of an OCI layout, or a
// registry. Every file must be one that the manifest in it lists, and, where the site has keys, the manifest must be signed.

import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { reasonOf } from "../../base/errors.ts";
import { blobName } from "../../oci/archive/image-members.ts";
import { plainMembers } from "../../oci/archive/members.ts";
import { folderFiles, type LayoutFiles, memberFiles } from "../../oci/archive/oci-layout.ts";
import { parseManifest } from "../../oci/manifest.ts";
import { MEDIA } from "../../oci/media-types.ts";
import type { BlobSource, Descriptor } from "../../oci/types.ts";
import { fail } from "../errors.ts";
import { type ChangeOptions, replaceStore } from "../store/generation.ts";
import { checkManifest, MAX_MANIFEST, type Manifest, parseManifest as parseStoreManifest } from "../store/manifest.ts";
import { type AdvisoryStore, MANIFEST_FILE, SIGNATURE_FILE } from "../store/store.ts";
import { ARTIFACT_TYPE, TITLE } from "./artifact.ts";

/** All files of a set, unpacked: what all advisories of the world need, by a factor of ten. */
const MAX_SET = 32 * 1024 ** 3;

/** The manifest of an artifact and where its blobs are. */
export interface FoundArtifact {
  readonly manifestBytes: Uint8Array;
  readonly blobs: BlobSource;
  /** Its name in errors. */
  readonly what: string;
}

/** With keys, one of them must have signed the set. */
export type TakeOptions = ChangeOptions;

/** True when a path is an OCI layout, in a folder or in an archive. */
export async function isLayoutPath(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isDirectory()) return (await stat(join(path, "oci-layout")).catch(() => undefined))?.isFile() === true;
  return info?.isFile() === true && /\.tar$/.test(path);
}

/** The artifact in an OCI layout. @throws E_ADVISORY_SOURCE, and what reading archives does */
export async function artifactInLayout(path: string): Promise<FoundArtifact> {
  const folder = (await stat(path)).isDirectory();
  const files: LayoutFiles = folder ? await folderFiles(path) : memberFiles(await plainMembers(path));
  const index = parseManifest(await files.document("index.json"), MEDIA.ociIndex, path);
  const [entry, ...more] = index.kind === "index" ? index.manifests : [];
  if (!entry || more.length > 0) throw noSet(path, "it is no layout of one artifact");
  const stream = await files.open(blobName(entry.digest), entry, {});
  const manifestBytes = await collect(stream, MAX_MANIFEST, path);
  return { manifestBytes, what: path, blobs: { open: (one, how) => files.open(blobName(one.digest), one, how) } };
}

/** Makes the artifact the store's next generation. @throws E_ADVISORY_SOURCE, E_ADVISORY_DAMAGED, E_ADVISORY_SIGNATURE */
export async function takeArtifact(root: string, found: FoundArtifact, options: TakeOptions): Promise<AdvisoryStore> {
  const { what, blobs } = found;
  const parsed = parseManifest(found.manifestBytes, MEDIA.ociManifest, what);
  if (parsed.kind !== "manifest" || parsed.artifactType !== ARTIFACT_TYPE)
    throw noSet(what, "it is an artifact of another kind");
  const layers = new Map(parsed.layers.map((layer) => [layer.annotations?.[TITLE] ?? "", layer]));
  return await replaceStore(
    root,
    async (folder) => {
      const manifest = await takeManifest(layers, folder, found, options);
      const whole = [...manifest.parts, ...manifest.lists].reduce((sum, { bytes }) => sum + bytes, 0);
      if (whole > MAX_SET) throw fail("E_ADVISORY_DAMAGED", { path: what, why: "it claims to be larger than any set" });
      for (const { file, bytes, sha256 } of [...manifest.parts, ...manifest.lists]) {
        const layer = layers.get(file);
        if (!layer) throw fail("E_ADVISORY_DAMAGED", { path: what, why: `${file} is missing` });
        await takeFile(await blobs.open(layer, options), join(folder, file), { bytes, sha256 }, what, options.signal);
      }
      return manifest;
    },
    options,
  );
}

async function takeManifest(
  layers: ReadonlyMap<string, Descriptor>,
  folder: string,
  { blobs, what }: FoundArtifact,
  { keys = [], signal }: TakeOptions,
): Promise<Manifest> {
  for (const name of [MANIFEST_FILE, SIGNATURE_FILE]) {
    const layer = layers.get(name);
    if (layer) await takeFile(await blobs.open(layer, { signal }), join(folder, name), undefined, what, signal);
    else if (name === MANIFEST_FILE) throw noSet(what, "it has no list of its files");
  }
  const bytes = await readFile(join(folder, MANIFEST_FILE));
  const signature = await readFile(join(folder, SIGNATURE_FILE)).catch(() => undefined);
  if (keys.length > 0) checkManifest(bytes, signature, keys, what);
  return parseStoreManifest(bytes, what).manifest;
}

/** Unpacks a file, of no more bytes than it may have, and checks its hash. */
async function takeFile(
  packed: Readable,
  target: string,
  listed: { readonly bytes: number; readonly sha256: string } | undefined,
  what: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const hash = createHash("sha256");
  let left = listed?.bytes ?? MAX_MANIFEST;
  const check = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      hash.update(chunk);
      done(left < 0 ? fail("E_ADVISORY_DAMAGED", { path: what, why: "a file in it is too long" }) : null, chunk);
    },
  });
  try {
    await pipeline(packed, createGunzip(), check, createWriteStream(target, { flags: "wx", mode: 0o644 }), { signal });
  } catch (cause) {
    if (cause instanceof Error && (cause.name === "BerthError" || cause.name === "AbortError")) throw cause;
    throw fail("E_ADVISORY_DAMAGED", { path: what, why: reasonOf(cause) }, { cause });
  }
  if (listed && (left !== 0 || hash.digest("hex") !== listed.sha256))
    throw fail("E_ADVISORY_DAMAGED", { path: what, why: "a file in it has another hash" });
}

async function collect(stream: Readable, max: number, path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > max) throw noSet(path, "its manifest is too big");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function noSet(source: string, why: string) {
  return fail("E_ADVISORY_SOURCE", { source, why, hint: "name what berth advisories export has written" });
}
