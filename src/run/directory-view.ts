// A look into an image that is a directory of the host: a sandbox or a mounted image. Links are followed as if the
// directory were the root, so that an image cannot make berth read a file of the host.

import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { readRegular } from "../platform/access.ts";
import type { ImageView } from "./image-facts.ts";

/** As many as the kernel follows. */
const MAX_LINKS = 40;

/** A view of the directory `root`. */
export function directoryView(root: string): ImageView {
  return {
    async readText(path, maxBytes) {
      const place = resolveInRoot(root, path);
      // A link that was put there since must not change the place.
      return place === undefined ? undefined : readRegular(place, maxBytes);
    },
    async kind(path) {
      const place = resolveInRoot(root, path);
      const info = place === undefined ? undefined : lstatSync(place, { throwIfNoEntry: false });
      if (info === undefined) return undefined;
      return info.isDirectory() ? "dir" : info.isFile() ? "file" : "other";
    },
    async list(path) {
      const place = resolveInRoot(root, path);
      return place !== undefined && lstatSync(place).isDirectory() ? readdirSync(place) : [];
    },
  };
}

/** The host path of an image's path with all links resolved inside `root`; undefined when something is missing. */
export function resolveInRoot(root: string, path: string): string | undefined {
  const todo = path.split("/").reverse();
  const done: string[] = [];
  let links = 0;
  while (todo.length > 0) {
    const name = todo.pop();
    if (name === undefined || name === "" || name === ".") continue;
    if (name === "..") {
      done.pop();
      continue;
    }
    const place = join(root, ...done, name);
    const target = linkTarget(place);
    if (target === undefined) return undefined;
    if (target === "") {
      done.push(name);
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return undefined;
    if (target.startsWith("/")) done.length = 0;
    todo.push(...target.split("/").reverse());
  }
  return join(root, ...done);
}

/** Where a link leads; empty for what is no link; undefined for what is missing or unreadable. */
function linkTarget(place: string): string | undefined {
  try {
    const info = lstatSync(place, { throwIfNoEntry: false });
    if (info === undefined) return undefined;
    return info.isSymbolicLink() ? readlinkSync(place) : "";
  } catch {
    return undefined;
  }
}
