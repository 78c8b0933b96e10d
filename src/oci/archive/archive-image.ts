// The image in an archive file or a local engine. A plain tar is read in place; a packed one and an engine's answer go
// through the store, and what they led to is remembered, so that an unchanged file is not unpacked again.

import { realpath, stat } from "node:fs/promises";
import { reasonOf } from "../../base/errors.ts";
import { resolveFrom } from "../image-resolution.ts";
import type { Cache } from "../store/cache.ts";
import type { BlobSource, Descriptor, Platform } from "../types.ts";
import type { ImageSource } from "../uri.ts";
import type { DaemonAddress } from "./daemon-socket.ts";
import { type ArchivedImage, dockerArchiveImage } from "./docker-archive.ts";
import { exportImage, imageId } from "./docker-daemon.ts";
import { fail } from "./errors.ts";
import { type Members, plainMembers, streamedMembers } from "./members.ts";
import { layoutImage, memberFiles } from "./oci-layout.ts";
import { filePacking, unpacked } from "./packing.ts";

export interface ArchiveOptions {
  readonly cache: Cache;
  readonly platform: Platform;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type ArchiveSource = Extract<ImageSource, { kind: "docker-archive" | "oci-archive" }>;

/** The image in an archive file. @throws E_ARCHIVE_…, E_LAYOUT_…, E_PLATFORM_MISSING, E_CONFIG_… */
export async function archiveImage(source: ArchiveSource, options: ArchiveOptions): Promise<ArchivedImage> {
  const packing = await filePacking(source.path);
  if (packing === "none") return memberImage(await plainMembers(source.path), source, options);
  const name = await archiveName(source, options.platform);
  const stamp = await stampOf(source.path);
  const remembered = await recall(name, stamp, source.path, options);
  if (remembered) return remembered;
  const stream = unpacked(source.path, packing, options.signal);
  const members = await streamedMembers(stream, source.path, options.cache.blobs, options);
  const found = await memberImage(members, source, options);
  return keep(found, name, stamp, options);
}

/** The image of a local engine. @throws E_DAEMON_…, E_ARCHIVE_…, E_CONFIG_… */
export async function daemonImage(
  image: string,
  daemon: DaemonAddress,
  options: ArchiveOptions,
): Promise<ArchivedImage> {
  const what = `docker-daemon:${image}`;
  // An image's id is its configuration's digest, so it tells whether anything has changed.
  const name = `${what} ${daemon.host}`;
  const stamp = await imageId(daemon, image, options);
  const remembered = await recall(name, stamp, what, options);
  if (remembered) return remembered;
  const answer = await exportImage(daemon, image, options);
  const members = await streamedMembers(answer, what, options.cache.blobs, options);
  // The engine sends just the one image, under whatever names it has.
  const wanted = { image: "@0", platform: options.platform, signal: options.signal };
  return keep(await dockerArchiveImage(members, wanted), name, stamp, options);
}

function memberImage(members: Members, source: ArchiveSource, options: ArchiveOptions): Promise<ArchivedImage> {
  const { platform, signal } = options;
  const { path } = source;
  const docker = members.has("manifest.json");
  if (docker && (source.kind === "docker-archive" || !members.has("index.json")))
    return dockerArchiveImage(members, {
      platform,
      signal,
      image: source.kind === "docker-archive" ? source.image : source.tag,
    });
  if (!members.has("index.json"))
    throw fail("E_ARCHIVE_FORM", { path, why: "it has neither manifest.json nor index.json" });
  const wanted = source.kind === "oci-archive" ? source : { tag: source.image };
  return layoutImage(memberFiles(members), { platform, ...wanted });
}

async function archiveName(source: ArchiveSource, platform: Platform): Promise<string> {
  const pick = source.kind === "docker-archive" ? source.image : (source.digest ?? source.tag);
  const { os, architecture, variant = "" } = platform;
  return `${source.kind}:${await realpath(source.path)}:${pick ?? ""} ${os}/${architecture}/${variant}`;
}

// Changes whenever the file is written or replaced.
async function stampOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${dev}-${ino}-${size}-${mtimeNs}-${ctimeNs}`;
  } catch (error) {
    throw fail("E_ARCHIVE_OPEN", { path, reason: reasonOf(error) }, { cause: error });
  }
}

async function recall(name: string, stamp: string, what: string, options: ArchiveOptions) {
  const { references, blobs } = options.cache;
  const known = await references.find(name);
  if (known?.stamp !== stamp || !(await blobs.has(known.target))) return undefined;
  try {
    const image = await resolveFrom({ read: (d) => blobs.read(d) }, known.target, options.platform, what);
    const there = await Promise.all(image.manifest.layers.map((layer) => blobs.has(layer)));
    return there.every(Boolean) ? { image, blobs: storedBlobs(options.cache) } : undefined;
  } catch {
    // Damaged or half cleaned: the archive itself is still there.
    return undefined;
  }
}

// Small layers may have stayed in memory; everything has to be in the store before the name is remembered.
async function keep(
  found: ArchivedImage,
  name: string,
  stamp: string,
  options: ArchiveOptions,
): Promise<ArchivedImage> {
  const { image, blobs } = found;
  const { cache, signal, now } = options;
  for (const layer of image.manifest.layers)
    if (!(await cache.blobs.has(layer))) await cache.blobs.put(layer, await blobs.open(layer, { signal }), { signal });
  await cache.blobs.put(image.manifest.config, image.configBytes);
  await cache.blobs.put(image.descriptor, image.manifestBytes);
  await cache.references.set({ name, target: image.descriptor, checked: now(), stamp });
  return { image, blobs: storedBlobs(cache) };
}

function storedBlobs(cache: Cache): BlobSource {
  return { open: (descriptor: Descriptor, options) => cache.blobs.open(descriptor, options) };
}
