// From the path of an image to its facts and to the root directory of a launch. The usual case, an image that is mounted
// already, costs a few stat calls and one small file; nothing is started and no image code is loaded.

import { statSync } from "node:fs";
import type { Log } from "../base/log.ts";
import type { RuntimeConfig } from "../oci/types.ts";
import type { Environment } from "../platform/user.ts";
import { checkArchitecture } from "./architecture.ts";
import { directoryView } from "./directory-view.ts";
import { type KnownImage, recall, remember } from "./facts-cache.ts";
import { type ImageFacts, readImageFacts } from "./image-facts.ts";
import { mountMeans } from "./mount-means.ts";
import type { RootView } from "./plan.ts";
import { chooseRootWay, type MountMeans, type RootWay } from "./root-choice.ts";
import { liveMount, sharedMount } from "./shared-mount.ts";
import { unpackedDir, unpackImage } from "./unpacked.ts";

/** Where things are kept, and whom to tell. */
export interface RootfsContext {
  readonly env: Environment;
  readonly runtime: string;
  readonly cacheDir: string;
  readonly log: Log;
  readonly signal?: AbortSignal;
  /** True when the kernel may mount this file: real root made it. */
  mayUseKernel(path: string): Promise<boolean>;
}

/** An image whose facts are known. */
export interface FoundImage {
  readonly path: string;
  readonly isDir: boolean;
  /** State of the file, for caches and mounts; empty for a directory. */
  readonly key: string;
  readonly offset: number;
  readonly facts: ImageFacts;
}

/** Finds out what an image is. `path` is absolute. @throws E_IMAGE_…, E_ARCHITECTURE, E_SHARED_MOUNT, E_UNPACK */
export async function findImage(path: string, unsquash: boolean, context: RootfsContext): Promise<FoundImage> {
  const state = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (state?.isDirectory()) return findSandbox(path);
  const key = state
    ? [state.dev, state.ino, state.size, state.mtimeNs, state.ctimeNs].map((n) => n.toString(36)).join("-")
    : "";
  const known = state ? recall(context.runtime, key) : undefined;
  if (known) {
    checkArchitecture(path, known.arch);
    return { path, isDir: false, key, offset: known.offset, facts: known.facts };
  }
  const read = await readImage(path, key, unsquash, context);
  remember(context.runtime, key, read);
  return { path, isDir: false, key, offset: read.offset, facts: read.facts };
}

/** Makes the image's files a root. `manyOwners` wants a mount of the launch's own. */
export async function rootView(
  image: FoundImage,
  wishes: { readonly unsquash: boolean; readonly manyOwners: boolean },
  context: RootfsContext,
): Promise<RootView> {
  if (image.isDir) return directory(image.path);
  if (!wishes.unsquash && !wishes.manyOwners) {
    const live = liveMount(context.runtime, image.key);
    if (live !== undefined) return mounted(live);
  }
  const kernel = await context.mayUseKernel(image.path);
  const means = mountMeans(context.env);
  const way = chooseRootWay(
    { path: image.path, unsquash: wishes.unsquash, manyOwners: wishes.manyOwners, kernel },
    means,
  );
  return performWay(way, image, context);
}

async function performWay(way: RootWay, image: FoundImage, context: RootfsContext): Promise<RootView> {
  const { path: file, offset, key } = image;
  switch (way.way) {
    case "kernel":
      return { root: { kind: "kernel", file, offset } };
    case "private":
      return { root: { kind: "fuse", file, offset, program: way.squashfuse } };
    case "shared":
      return mounted(sharedMount({ path: file, offset, key, squashfuse: way.squashfuse, ...context }));
    case "unpack":
      return directory(await unpacked(way, image, context));
  }
}

function directory(source: string): RootView {
  return { root: { kind: "dir", source } };
}

function mounted(link: string): RootView {
  return { root: { kind: "dir", source: link }, touch: `${link}.used`, expectMount: link };
}

async function unpacked(
  way: { readonly unsquashfs: string; readonly reason: string },
  image: Pick<FoundImage, "path" | "offset" | "key">,
  context: RootfsContext,
): Promise<string> {
  const known = unpackedDir(context.cacheDir, image.key);
  if (known !== undefined) return known;
  context.log.info(`Converting SIF file to temporary sandbox... (${way.reason})`);
  const { signal } = context;
  return unpackImage({ ...image, cacheDir: context.cacheDir, unsquashfs: way.unsquashfs }, signal ? { signal } : {});
}

async function findSandbox(path: string): Promise<FoundImage> {
  const { openImage } = await import("../image/open.ts");
  await openImage(path);
  const facts = await readImageFacts(directoryView(path), undefined, false);
  return { path, isDir: true, key: "", offset: 0, facts };
}

async function readImage(path: string, key: string, unsquash: boolean, context: RootfsContext): Promise<KnownImage> {
  const { openImage } = await import("../image/open.ts");
  const opened = await openImage(path, { objects: ["berth.json", "oci-config.json"] });
  if (opened.kind === "sandbox") return { offset: 0, arch: "unknown", facts: (await findSandbox(path)).facts };
  const { offset, arch } = opened.partition;
  checkArchitecture(path, arch);
  const objects = opened.kind === "sif" ? opened.objects : new Map<string, Uint8Array>();
  const image = { path, offset, key };
  const dir = await anyDirectory(image, unsquash, context);
  const config = parseConfig(objects.get("oci-config.json"));
  const exact = config !== undefined && objects.has("berth.json");
  return { offset, arch, facts: await readImageFacts(directoryView(dir), config, exact) };
}

// The facts need a look into the files, whichever way the launch itself will take.
async function anyDirectory(
  image: Pick<FoundImage, "path" | "offset" | "key">,
  unsquash: boolean,
  context: RootfsContext,
): Promise<string> {
  const live = liveMount(context.runtime, image.key);
  if (live !== undefined) return live;
  const means: MountMeans = mountMeans(context.env);
  const way = chooseRootWay({ path: image.path, unsquash, manyOwners: false, kernel: false }, means);
  if (way.way === "unpack") return unpacked(way, image, context);
  const squashfuse = means.squashfuse ?? "squashfuse_ll";
  return sharedMount({ ...image, squashfuse, ...context });
}

function parseConfig(bytes: Uint8Array | undefined): RuntimeConfig | undefined {
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    return typeof value === "object" && value !== null ? toRuntimeConfig(value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

// The object comes from an image that anybody may have made: a field of another type counts as missing.
function toRuntimeConfig(value: Record<string, unknown>): RuntimeConfig {
  const words = (name: string): string[] | undefined => {
    const list = value[name];
    return Array.isArray(list) && list.every((word) => typeof word === "string") ? list : undefined;
  };
  const text = (name: string): string | undefined => (typeof value[name] === "string" ? value[name] : undefined);
  return Object.fromEntries(
    Object.entries({
      User: text("User"),
      WorkingDir: text("WorkingDir"),
      Env: words("Env"),
      Entrypoint: words("Entrypoint"),
      Cmd: words("Cmd"),
    }).filter(([, field]) => field !== undefined),
  );
}
