// Makes the root directory of an image that is not mounted yet. Loaded only then.

import { mountMeans } from "./mount-means.ts";
import { mountName } from "./mount-name.ts";
import type { RootView } from "./plan.ts";
import { chooseRootWay } from "./root-choice.ts";
import { directoryRoot, type FoundImage, mountedRoot, type RootfsContext, type RootWishes } from "./rootfs.ts";
import { sharedMount } from "./shared-mount.ts";
import { unpackedDir, unpackImage } from "./unpacked.ts";

/** Mounts or unpacks, whichever the machine allows. @throws E_NO_ROOT_WAY, E_SHARED_MOUNT, E_UNPACK */
export async function makeRoot(image: FoundImage, wishes: RootWishes, context: RootfsContext): Promise<RootView> {
  const { path: file, offset, key } = image;
  const kernel = await context.mayUseKernel(file);
  const way = chooseRootWay({ path: file, ...wishes, kernel }, mountMeans(context.env, context.user));
  switch (way.way) {
    case "kernel":
      return { root: { kind: "kernel", file, offset }, mounts: [] };
    case "private":
      return { root: { kind: "fuse", file, offset, program: way.squashfuse }, mounts: [] };
    case "shared":
      return mountedRoot(
        sharedMount({ path: file, offset, name: mountName(key, context), squashfuse: way.squashfuse, ...context }),
      );
    case "unpack":
      return directoryRoot(await unpacked(way, image, context));
  }
}

/** The image in a directory of the cache, unpacked when it is not there yet. @throws E_UNPACK */
export async function unpacked(
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
