// `berth pull --sandbox`: an image as a folder that can be changed.

import { lstat, rename, rm } from "node:fs/promises";
import { defineErrors } from "../base/errors.ts";
import { partialName } from "../base/publish.ts";
import { openImage } from "../image/open.ts";
import { systemProgram } from "../run/programs.ts";
import { unpackTo } from "../run/unpacked.ts";
import type { Context } from "./context.ts";
import { cachedImage, checkSource, type PullToFile } from "./image-source.ts";

const fail = defineErrors({
  E_SANDBOX_EXISTS: {
    text: 'Image folder already exists: "{target}" - will not overwrite',
    hint: "give another name, or --force to replace it",
  },
  E_NO_UNSQUASHFS: {
    text: "an image cannot be unpacked: unsquashfs is not installed",
    hint: "ask the administrator for the package squashfs-tools",
  },
});

/** Gets the image and unpacks it as `target`; a folder of that name is replaced only when `force` says so. */
export async function pullToFolder(request: PullToFile, context: Context): Promise<void> {
  const { target, shown, force } = request;
  checkSource(request.source);
  const there = await lstat(target).catch(() => undefined);
  if (there && !force) throw fail("E_SANDBOX_EXISTS", { target: shown });
  const unsquashfs = systemProgram("unsquashfs", context.env);
  if (!unsquashfs) throw fail("E_NO_UNSQUASHFS");
  const image = await cachedImage(request.source, request.values, "newer", context);
  try {
    const opened = await openImage(image.path);
    const offset = opened.kind === "sandbox" ? 0 : opened.partition.offset;
    const fresh = partialName(target);
    await unpackTo({ path: image.path, offset, unsquashfs, dir: fresh }, { signal: context.signal });
    await replace(fresh, target, there !== undefined);
    context.log.info(`wrote ${shown}`);
  } finally {
    if (image.temporary) await rm(image.path, { force: true });
  }
}

// A folder cannot be renamed over a full one, so the old one steps aside first and goes last.
async function replace(fresh: string, target: string, there: boolean): Promise<void> {
  const old = partialName(target);
  if (there) await rename(target, old);
  await rename(fresh, target);
  if (there) await rm(old, { recursive: true, force: true });
}
