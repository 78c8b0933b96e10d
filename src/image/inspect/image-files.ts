// Opens an image for looking into its files, whatever it is stored in; nothing is mounted and nothing is run.

import { open } from "node:fs/promises";
import { type OpenedImage, type OpenOptions, openImage } from "../open.ts";
import { type ImageTree, openSquashfs } from "../squashfs-reader/index.ts";
import { sandboxTree } from "./sandbox-tree.ts";

/** An image and its files; the tree is to be closed. */
export interface ImageFiles {
  readonly image: OpenedImage;
  readonly tree: ImageTree;
}

/** @throws everything that `openImage` does */
export async function openImageFiles(path: string, options: OpenOptions = {}): Promise<ImageFiles> {
  const image = await openImage(path, options);
  if (image.kind === "sandbox") return { image, tree: sandboxTree(path) };
  const file = await open(path);
  try {
    return { image, tree: await openSquashfs(file, image.partition.offset, path) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Gives the files of an image to `work` and closes them afterwards. */
export async function withImageFiles<T>(
  path: string,
  options: OpenOptions,
  work: (files: ImageFiles) => Promise<T>,
): Promise<T> {
  const files = await openImageFiles(path, options);
  try {
    return await work(files);
  } finally {
    await files.tree.close();
  }
}
