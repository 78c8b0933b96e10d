// `berth pull --sandbox`: an image as a folder that can be changed.

import { rm } from "node:fs/promises";
import { unpackProgram, writeSandbox } from "../build/sandbox-target.ts";
import { checkFolderTarget } from "../image/file-target.ts";
import type { Context } from "./context.ts";
import { cachedImage, checkSource, type PullToFile } from "./image-source.ts";

/** Gets the image and unpacks it as `target`; a folder of that name is replaced only when `force` says so. */
export async function pullToFolder(request: PullToFile, context: Context): Promise<void> {
  const { target, shown, force } = request;
  checkSource(request.source);
  await checkFolderTarget({ path: target, shown }, force);
  const unsquashfs = unpackProgram(context.env);
  const image = await cachedImage(request.source, request.values, "newer", context);
  try {
    await writeSandbox(image.path, target, { unsquashfs, signal: context.signal });
    context.log.info(`wrote ${shown}`);
  } finally {
    if (image.temporary) await rm(image.path, { force: true });
  }
}
