// Binds whose source is a path inside an image file: -B data.sif:/data:image-src=/set1. The image is mounted as images
// to run are, and the bind's source becomes a path below that mount. Loaded only when such a bind is asked for.

import { statSync } from "node:fs";
import { defineErrors } from "../base/errors.ts";
import { type OpenedImage, openImage } from "../image/open.ts";
import type { BindRequest } from "./binds.ts";
import { resolveInRoot } from "./directory-view.ts";
import { unpacked } from "./make-root.ts";
import { mountMeans } from "./mount-means.ts";
import { mountName } from "./mount-name.ts";
import type { LaunchRequest } from "./request.ts";
import { chooseRootWay } from "./root-choice.ts";
import { fileKey, type RootfsContext } from "./rootfs.ts";
import { sharedMount } from "./shared-mount.ts";

const fail = defineErrors({
  E_BIND_IMAGE_DIR: {
    text: "cannot bind from the image {source}: it is a directory",
    hint: "bind the directory itself: -B {source}{path}:{target}",
  },
  E_BIND_IMAGE_PATH: {
    text: "cannot bind {path} of the image {source} to {target}: the image has no such path",
    hint: "berth image ls {source} shows what it has",
  },
  E_BIND_IMAGE_ID: {
    text: "the image {source} has no squashfs partition with the number {id}",
    hint: "berth sif list {source} shows its objects",
  },
});

/** A request in which every bind has a source on the host, and the shared mounts that it needs. */
export interface ImageBinds {
  readonly request: LaunchRequest;
  readonly links: readonly string[];
}

/** Mounts the images. @throws E_BIND_IMAGE_…, E_IMAGE_…, E_SHARED_MOUNT, E_UNPACK */
export async function mountImageBinds(request: LaunchRequest, context: RootfsContext): Promise<ImageBinds> {
  const binds: BindRequest[] = [];
  const links = new Set<string>();
  for (const bind of request.binds) {
    if (bind.imageSource === undefined) {
      binds.push(bind);
      continue;
    }
    const { dir, link } = await imageDirectory(bind, context);
    if (link) links.add(dir);
    const source = resolveInRoot(dir, bind.imageSource);
    const { target, imageSource: path } = bind;
    if (source === undefined) throw fail("E_BIND_IMAGE_PATH", { path, source: bind.source, target });
    binds.push({ ...bind, source, readonly: true });
  }
  return { request: { ...request, binds }, links: [...links] };
}

async function imageDirectory(bind: BindRequest, context: RootfsContext): Promise<{ dir: string; link: boolean }> {
  const { source: path, imageId: id } = bind;
  const opened = await openImage(path);
  if (opened.kind === "sandbox") {
    throw fail("E_BIND_IMAGE_DIR", { source: path, path: bind.imageSource, target: bind.target });
  }
  const offset = partitionOffset(opened, id);
  const file = fileKey(statSync(path, { bigint: true }));
  const key = id === undefined ? file : `${file}-${id}`;
  const means = mountMeans(context.env, context.user);
  // A mount inside the launch's namespace is for its root only: without a shared one the image is unpacked.
  const usable = means.fusermount === undefined ? { ...means, squashfuse: undefined } : means;
  const way = chooseRootWay({ path, unsquash: false, owners: false, kernel: false }, usable);
  if (way.way === "unpack") return { dir: await unpacked(way, { path, offset, key }, context), link: false };
  return {
    dir: sharedMount({ path, offset, name: mountName(key, context), squashfuse: means.squashfuse ?? "", ...context }),
    link: true,
  };
}

function partitionOffset(image: Exclude<OpenedImage, { kind: "sandbox" }>, id: number | undefined): number {
  if (id === undefined) return image.partition.offset;
  const found = image.kind === "sif" ? image.sif.descriptors.find((object) => object.id === id) : undefined;
  if (found?.partition?.fs !== "squashfs") throw fail("E_BIND_IMAGE_ID", { source: image.path, id });
  return found.offset;
}
