// From the path of an image to its facts and to the root directory of a launch. The usual case, an image that is mounted
// already, costs a few stat calls and one small file; nothing is started and no image code is loaded.

import { type BigIntStats, statSync } from "node:fs";
import type { Log } from "../base/log.ts";
import type { LayerPart } from "../image/overlay/find.ts";
import type { SifDescriptor } from "../image/sif/types.ts";
import type { Environment, User } from "../platform/user.ts";
import { checkArchitecture } from "./architecture.ts";
import { directoryView } from "./directory-view.ts";
import type { KeyFinder, Lock } from "./encrypted-root.ts";
import { type KnownImage, recall, remember } from "./facts-cache.ts";
import { type ImageFacts, readImageFacts } from "./image-facts.ts";
import { liveMount } from "./live-mount.ts";
import { mountName } from "./mount-name.ts";
import type { RootView } from "./plan.ts";

/** Where things are kept, and whom to tell. */
export interface RootfsContext {
  readonly env: Environment;
  readonly user: User;
  readonly runtime: string;
  readonly cacheDir: string;
  readonly log: Log;
  readonly signal?: AbortSignal;
  /** True when the kernel may mount this file: real root made it. */
  mayUseKernel(path: string): Promise<boolean>;
  /** Finds what opens an encrypted image. */
  readonly findKey?: KeyFinder | undefined;
}

/** An image whose facts are known. */
export interface FoundImage {
  readonly path: string;
  readonly isDir: boolean;
  /** State of the file, for caches and mounts; empty for a directory. */
  readonly key: string;
  readonly offset: number;
  readonly facts: ImageFacts;
  /** Overlay partitions of a SIF file. */
  readonly overlays: readonly LayerPart[];
  /** Of an encrypted image: what opens it. */
  readonly lock?: Lock | undefined;
}

/** How the caller wants the files. */
export interface RootWishes {
  /** `--unsquash`. */
  readonly unsquash: boolean;
  /** Owners matter (fakeroot, a writable layer), which takes a mount of the launch's own. */
  readonly owners: boolean;
}

/** Finds out what an image is. `path` is absolute. @throws E_IMAGE_…, E_SIF_…, E_SQUASHFS_…, E_ARCHITECTURE */
export async function findImage(path: string, context: RootfsContext): Promise<FoundImage> {
  const state = await stateOf(path);
  if (state === undefined || state.isDirectory()) return findSandbox(path);
  const key = fileKey(state);
  let known: ReadImage | undefined = recall(context.runtime, key);
  if (known === undefined) {
    known = await readImage(path, key, context);
    // What is encrypted in the image shall not be plain in a file.
    if (known.lock === undefined) remember(context.runtime, key, known);
  }
  const { arch, ...image } = known;
  checkArchitecture(path, arch);
  return { path, isDir: false, key, ...image };
}

async function stateOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    const { cannotOpen } = await import("../image/open.ts");
    throw cannotOpen(path, error);
  }
}

/** A name for one state of a file: no ordinary user can give a changed file its old change time back. */
export function fileKey(state: BigIntStats): string {
  return [state.dev, state.ino, state.size, state.mtimeNs, state.ctimeNs].map((n) => n.toString(36)).join("-");
}

/** Makes the image's files a root. @throws E_NO_ROOT_WAY, E_SHARED_MOUNT, E_UNPACK */
export async function rootView(image: FoundImage, wishes: RootWishes, context: RootfsContext): Promise<RootView> {
  if (image.isDir) return directoryRoot(image.path);
  if (image.lock) return (await import("./encrypted-root.ts")).lockedRoot(image, image.lock, wishes, context);
  if (!wishes.unsquash && !wishes.owners) {
    const live = liveMount(context.runtime, mountName(image.key, context));
    if (live !== undefined) return mountedRoot(live);
  }
  const { makeRoot } = await import("./make-root.ts");
  return makeRoot(image, wishes, context);
}

/** A directory of the host as the root. */
export function directoryRoot(source: string): RootView {
  return { root: { kind: "dir", source }, mounts: [] };
}

/** A shared mount as the root. */
export function mountedRoot(link: string): RootView {
  return { root: { kind: "dir", source: link }, mounts: [link] };
}

async function findSandbox(path: string): Promise<FoundImage> {
  const { openImage } = await import("../image/open.ts");
  await openImage(path);
  const facts = await readImageFacts(directoryView(path), undefined, false);
  return { path, isDir: true, key: "", offset: 0, facts, overlays: [] };
}

interface ReadImage extends KnownImage {
  readonly lock?: Lock;
}

// Once per image and session: afterwards the facts are in the run-time folder.
async function readImage(path: string, key: string, context: RootfsContext): Promise<ReadImage> {
  const [{ openImage }, { parseRuntimeConfig }] = await Promise.all([
    import("../image/open.ts"),
    import("./image-config.ts"),
  ]);
  const opened = await openImage(path, { objects: ["berth.json", "oci-config.json"], encrypted: true });
  // The directory that took the file's place since it was looked at is met by the next start.
  if (opened.kind === "sandbox")
    return { offset: 0, arch: "unknown", facts: (await findSandbox(path)).facts, overlays: [] };
  const { offset, arch } = opened.partition;
  const overlays = opened.kind === "sif" ? await ownOverlays(opened.sif.descriptors) : [];
  const objects = opened.kind === "sif" ? opened.objects : new Map<string, Uint8Array>();
  const config = parseRuntimeConfig(objects.get("oci-config.json"));
  const exact = config !== undefined && objects.has("berth.json");
  if (opened.kind === "sif" && opened.partition.fs === "gocryptfs-squashfs") {
    const { readLocked } = await import("./encrypted-root.ts");
    return { offset, arch, overlays, ...(await readLocked({ ...opened, offset }, config, exact, context.findKey)) };
  }
  const live = liveMount(context.runtime, mountName(key, context));
  if (live !== undefined)
    return { offset, arch, facts: await readImageFacts(directoryView(live), config, exact), overlays };
  const { withSquashfsView } = await import("./squashfs-view.ts");
  const facts = await withSquashfsView(path, offset, (view) => readImageFacts(view, config, exact));
  return { offset, arch, facts, overlays };
}

async function ownOverlays(descriptors: readonly SifDescriptor[]): Promise<LayerPart[]> {
  if (descriptors.every(({ partition }) => partition?.kind !== "overlay")) return [];
  return (await import("../image/overlay/find.ts")).overlayParts(descriptors);
}
