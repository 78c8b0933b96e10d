// What a copy is made of: the things that its patterns name, below the root of their origin. Links are followed inside the
// origin only. Paths are byte strings.

import { readdirSync, type Stats } from "node:fs";
import { extendedPattern, pathPattern } from "../../recipe/path-pattern.ts";
import { bytes, fromText, placeIn, toText } from "./root-path.ts";

/** One thing to be copied. */
export interface Match {
  /** Path of the host. */
  readonly source: string;
  /** The path as it was named, without slashes at the ends: where parent folders are kept, they are those. */
  readonly path: string;
  /** Its last name, for a place in a folder. */
  readonly name: string;
  readonly stat: Stats;
}

/** A name that is to be looked for; with bash's groups (`@(a|b)`) where they are meant. */
const PATTERN = /[*?[\\]/;
const EXTENDED_PATTERN = /[*?[\\]|[@+!]\(/;

/** All that match one source, in the order of their names; none when nothing does. */
export function findMatches(
  root: string,
  source: string,
  hidden: (path: string) => boolean,
  extended = false,
): readonly Match[] {
  const parts = cleaned(source);
  const shown = parts.filter((part) => part !== ".");
  const found: Match[] = [];
  for (const path of expand({ root, extended }, shown, [], 0)) {
    if (path !== "" && hidden(path)) continue;
    const place = placeIn(root, path);
    if (!place || place.missing.length > 0) continue;
    found.push({
      source: place.found,
      path: kept(path, source),
      name: path.slice(path.lastIndexOf("/") + 1),
      stat: place.stat,
    });
  }
  return found;
}

// `..` cannot leave the origin: it is taken away with what stands before it, as from a path that begins with a slash.
function cleaned(source: string): string[] {
  const parts: string[] = [];
  for (const part of source.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return parts;
}

// With `/./` in the source only what stands behind it is kept (Docker's COPY --parents).
function kept(path: string, source: string): string {
  const pivot = source.indexOf("/./");
  if (pivot < 0) return path;
  const before = cleaned(source.slice(0, pivot)).length;
  return path.split("/").slice(before).join("/");
}

const MAX_DEPTH = 64;

interface Search {
  readonly root: string;
  readonly extended: boolean;
}

function* expand(search: Search, parts: readonly string[], done: readonly string[], depth: number): Generator<string> {
  const { root, extended } = search;
  const [part, ...rest] = parts;
  if (part === undefined) return yield done.join("/");
  if (!(extended ? EXTENDED_PATTERN : PATTERN).test(part)) {
    return yield* expand(search, rest, [...done, fromText(part)], depth);
  }
  if (part === "**") {
    yield* expand(search, rest, done, depth);
    if (depth >= MAX_DEPTH) return;
    for (const name of folderNames(root, done)) {
      const place = placeIn(root, [...done, name].join("/"), "keep");
      if (place?.stat.isDirectory()) yield* expand(search, parts, [...done, name], depth + 1);
    }
    return;
  }
  const matches = (extended ? extendedPattern : pathPattern)(part);
  if (!matches) return;
  for (const name of folderNames(root, done)) {
    if (matches(toText(name))) yield* expand(search, rest, [...done, name], depth);
  }
}

function folderNames(root: string, done: readonly string[]): readonly string[] {
  const place = placeIn(root, done.join("/"));
  if (!place || place.missing.length > 0 || !place.stat.isDirectory()) return [];
  return readdirSync(bytes(place.found), { encoding: "latin1" }).sort();
}
