// A look into an image file that is not mounted, through the squashfs reader. Loaded only then.

import { open } from "node:fs/promises";
import { errnoOf } from "../base/errors.ts";
import { openSquashfs, type SquashfsTree } from "../image/squashfs-reader/index.ts";
import type { ImageView } from "./image-facts.ts";

/** Opens the file system at `offset` for the time of `use`. @throws E_SQUASHFS_… for a damaged image */
export async function withSquashfsView<T>(
  path: string,
  offset: number,
  use: (view: ImageView) => Promise<T>,
): Promise<T> {
  const file = await open(path);
  const tree = await openSquashfs(file, offset, path).catch(async (error: unknown) => {
    await file.close();
    throw error;
  });
  try {
    return await use(viewOf(tree));
  } finally {
    await tree.close();
  }
}

/** A squashfs tree as a view. */
export function viewOf(tree: SquashfsTree): ImageView {
  return {
    async readText(path, maxBytes) {
      const stat = await existing(tree.stat(path, { follow: true }));
      if (stat?.type !== "file" || stat.size > maxBytes) return undefined;
      return (await tree.readSmall(path, maxBytes)).toString("utf8");
    },
    async kind(path) {
      const stat = await existing(tree.stat(path, { follow: true }));
      if (stat === undefined) return undefined;
      return stat.type === "file" || stat.type === "dir" ? stat.type : "other";
    },
    async list(path) {
      const entries = await existing(tree.list(path));
      return entries?.map((entry) => entry.name) ?? [];
    },
  };
}

// What is not there, or is another kind of thing, is an answer here and no failure; damage stays one.
async function existing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (/^E_IMAGE_PATH_/.test(errnoOf(error) ?? "")) return undefined;
    throw error;
  }
}
