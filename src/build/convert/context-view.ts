// The files of a build context as a conversion sees them: names and kinds, without what `.dockerignore` leaves out. Reads
// no content.

import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../../base/errors.ts";
import { type PathFilter, parseDockerignore } from "../../recipe/dockerignore.ts";

/** A context. Paths are relative to it, with slashes; the context itself is `.`. */
export interface ContextView {
  readonly filter: PathFilter;
  /** What a path itself is; undefined when it is not there. */
  kind(path: string): "file" | "folder" | "link" | undefined;
  /** What a link names. */
  target(link: string): string;
  /** Names in a folder, sorted. */
  names(folder: string): readonly string[];
}

/** The context in a folder. `recipe` is the recipe's path, whose own `.dockerignore` wins. @throws E_RECIPE_IGNORE */
export function contextFolder(folder: string, recipe: string): ContextView {
  return {
    filter: filterOf(folder, recipe),
    kind(path) {
      const found = lstatSync(join(folder, path), { throwIfNoEntry: false });
      if (!found) return undefined;
      return found.isDirectory() ? "folder" : found.isSymbolicLink() ? "link" : "file";
    },
    target: (link) => readlinkSync(join(folder, link)),
    names: (path) => readdirSync(join(folder, path)).sort(),
  };
}

function filterOf(folder: string, recipe: string): PathFilter {
  for (const name of [`${recipe}.dockerignore`, join(folder, ".dockerignore")]) {
    const text = textOf(name);
    if (text !== undefined) return parseDockerignore({ name, text });
  }
  return parseDockerignore({ name: ".dockerignore", text: "" });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}
