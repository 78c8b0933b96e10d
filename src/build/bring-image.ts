// An image of whatever source as layers in the store: pulled, or imported from the image file that the source is.

import { type Pulled, type PullRequest, pullImage } from "../oci/pull.ts";
import { pullFile } from "../oci/pull-file.ts";
import type { Environment } from "../platform/user.ts";
import { type ImportOptions, importImage } from "./import-image.ts";
import type { ReadyImage } from "./ready-image.ts";

export interface BringOptions {
  readonly env: Environment;
  /** Of the calling user. */
  readonly uid: number;
  readonly isThere?: ImportOptions["isThere"];
}

/** A brought image. */
export interface BroughtImage extends Pulled, Pick<ReadyImage, "documents"> {
  /** Of an image file: whether this is the image that it was made from, rather than one layer made of its files. */
  readonly original?: boolean;
}

/** Brings the image; its blobs are to be closed. @throws what pulling and importing do */
export async function bringImage(request: PullRequest, options: BringOptions): Promise<BroughtImage> {
  const { source, cache, log, signal } = request;
  const path = source.kind === "file" ? source.path : await pullFile(request);
  if (path === undefined) return pullImage(request);
  const { image, blobs, ...rest } = await importImage(path, { ...options, cache, log, signal });
  const still = { prefetch: async () => undefined, damaged: async () => false, close: async () => undefined };
  return { image, blobs: { open: blobs.open.bind(blobs), ...still }, fresh: true, ...rest };
}
