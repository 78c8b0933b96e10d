// Single files of the image of a launch, before it is launched: through its mount or directory when it has one, else through the
// squashfs reader. Links are followed inside the image, never out of it.

import { closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync } from "node:fs";
import { open } from "node:fs/promises";
import { posix } from "node:path";
import { errnoOf } from "../base/errors.ts";
import { directoryView, resolveInRoot } from "./directory-view.ts";
import type { RootView } from "./plan.ts";

/** A look into an image. */
export interface ImageFiles {
  /** Content of a regular file of at most so many bytes; undefined when there is no such file. */
  readBytes(path: string, maxBytes: number): Promise<Buffer | undefined>;
  /** Names in a directory; empty when there is none. */
  list(path: string): Promise<readonly string[]>;
  /** What a symbolic link says; empty for anything else; undefined when nothing is there. */
  linkText(path: string): Promise<string | undefined>;
}

/** Opens the image for the time of `use`, which gets undefined when its files cannot be seen before the launch (encrypted images). */
export async function withImageFiles<T>(
  { root }: Pick<RootView, "root">,
  use: (files: ImageFiles | undefined) => Promise<T>,
): Promise<T> {
  if (root.kind === "dir") return use(directoryFiles(root.source));
  if (root.kind === "encrypted") return use(undefined);
  return withSquashfsFiles(root.file, root.offset, use);
}

/** The files of a directory that is an image. */
export function directoryFiles(root: string): ImageFiles {
  return {
    async readBytes(path, maxBytes) {
      const place = resolveInRoot(root, path);
      return place === undefined ? undefined : readRegularBytes(place, maxBytes);
    },
    list: directoryView(root).list,
    async linkText(path) {
      const parent = resolveInRoot(root, posix.dirname(path));
      return parent === undefined ? undefined : linkAt(posix.join(parent, posix.basename(path)));
    },
  };
}

async function withSquashfsFiles<T>(file: string, offset: number, use: (files: ImageFiles) => Promise<T>): Promise<T> {
  const [{ openSquashfs }, { viewOf }] = await Promise.all([
    import("../image/squashfs-reader/index.ts"),
    import("./squashfs-view.ts"),
  ]);
  const handle = await open(file);
  const tree = await openSquashfs(handle, offset, file).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  try {
    return await use({
      async readBytes(path, maxBytes) {
        const info = await orMissing(tree.stat(path, { follow: true }));
        return info?.type === "file" && info.size <= maxBytes ? tree.readSmall(path, maxBytes) : undefined;
      },
      list: viewOf(tree).list,
      async linkText(path) {
        const info = await orMissing(tree.stat(path));
        return info && (info.target ?? "");
      },
    });
  } finally {
    await tree.close();
  }
}

function readRegularBytes(path: string, maxBytes: number): Buffer | undefined {
  const fd = orNothing(() => openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
  if (fd === undefined) return undefined;
  try {
    const info = fstatSync(fd);
    return info.isFile() && info.size <= maxBytes ? readFileSync(fd) : undefined;
  } finally {
    closeSync(fd);
  }
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    return errnoOf(error) === "EINVAL" ? "" : undefined;
  }
}

function orNothing<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

async function orMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (/^E_IMAGE_PATH_/.test(errnoOf(error) ?? "")) return undefined;
    throw error;
  }
}
