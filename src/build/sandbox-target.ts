// An image file unpacked as a folder that can be changed. What was there before goes only when the new one is complete.

import { lstat, rename } from "node:fs/promises";
import { defineErrors } from "../base/errors.ts";
import { partialName } from "../base/publish.ts";
import { openImage } from "../image/open.ts";
import { removeTree } from "../oci/store/sandboxes.ts";
import type { Environment } from "../platform/user.ts";
import { systemProgram } from "../run/programs.ts";
import { unpackTo } from "../run/unpacked.ts";
import { ownTree } from "./own-tree.ts";

const fail = defineErrors({
  E_NO_UNSQUASHFS: {
    text: "an image cannot be unpacked: unsquashfs is not installed",
    hint: "ask the administrator for the package squashfs-tools",
  },
});

/** The program that unpacks images; asked for before anything is made. @throws E_NO_UNSQUASHFS */
export function unpackProgram(env: Environment): string {
  const unsquashfs = systemProgram("unsquashfs", env);
  if (!unsquashfs) throw fail("E_NO_UNSQUASHFS");
  return unsquashfs;
}

/** Unpacks the image file as `target`, replacing a folder of that name. @throws E_IMAGE_…, E_UNPACK */
export async function writeSandbox(
  image: string,
  target: string,
  options: { readonly unsquashfs: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { unsquashfs, signal } = options;
  const opened = await openImage(image);
  const offset = opened.kind === "sandbox" ? 0 : opened.partition.offset;
  const fresh = partialName(target);
  try {
    await unpackTo({ path: image, offset, unsquashfs, dir: fresh }, { signal });
    await ownTree(fresh, process.env);
    await exchange(fresh, target);
  } catch (error) {
    await removeTree(fresh);
    throw error;
  }
}

// A folder cannot be renamed over a full one, so the old one steps aside first and goes last.
async function exchange(fresh: string, target: string): Promise<void> {
  const old = partialName(target);
  const there = await lstat(target).catch(() => undefined);
  if (there) await rename(target, old);
  try {
    await rename(fresh, target);
  } catch (error) {
    if (there) await rename(old, target);
    throw error;
  }
  if (there) await removeTree(old);
}
