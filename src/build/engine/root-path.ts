// Paths inside a mounted state. Its content is a stranger's: links are followed as if the state were the root directory,
// component by component, so that none can lead out. Nothing else writes to a state meanwhile. Paths are byte strings.

import { lstatSync, readlinkSync, type Stats } from "node:fs";

/** As many as the kernel follows. */
const MAX_LINKS = 40;

/** A byte string for the system. */
export function bytes(path: string): Buffer {
  return Buffer.from(path, "latin1");
}

/** The byte string of a text. */
export function fromText(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** A byte string for people. */
export function toText(path: string): string {
  return bytes(path).toString("utf8");
}

/** Where a path leads. */
export interface Place {
  /** Path of the host (a byte string) of the deepest thing on the way that exists, links resolved. */
  readonly found: string;
  /** The same inside the root: empty for the root, else with a slash in front. */
  readonly inside: string;
  /** Names below `found` that do not exist yet; empty when everything does. */
  readonly missing: readonly string[];
  /** What `found` is. */
  readonly stat: Stats;
}

/**
 * Follows `path` inside `root`. With `last: "keep"` a link in the last place is not followed. Undefined when links go in a
 * circle, or something on the way is not a directory.
 */
export function placeIn(root: string, path: string, last: "follow" | "keep" = "follow"): Place | undefined {
  const todo = path.split("/").reverse();
  let done: string[] = [];
  let stat = lstatSync(bytes(root));
  for (let links = 0; ; ) {
    const name = todo.pop();
    if (name === undefined) return { found: join(root, done), inside: join("", done), missing: [], stat };
    if (name === "" || name === ".") continue;
    if (name === "..") {
      done = done.slice(0, -1);
      stat = lstatSync(bytes(join(root, done)));
      continue;
    }
    if (!stat.isDirectory()) return undefined;
    const place = join(root, [...done, name]);
    const next = lstatSync(bytes(place), { throwIfNoEntry: false });
    if (next === undefined) return unfinished(root, done, stat, [name, ...todo.reverse()]);
    const atEnd = todo.every((part) => part === "" || part === ".");
    if (next.isSymbolicLink() && !(last === "keep" && atEnd)) {
      links += 1;
      if (links > MAX_LINKS) return undefined;
      const target = readlinkSync(bytes(place), "latin1");
      if (target.startsWith("/")) {
        done = [];
        stat = lstatSync(bytes(root));
      }
      todo.push(...target.split("/").reverse());
      continue;
    }
    done = [...done, name];
    stat = next;
  }
}

/**
 * True when a path of the host that was found inside `root` is there yet, and inside: since then a folder above it may have
 * been replaced by a link to anywhere.
 */
export function isInside(root: string, found: string): boolean {
  const place = placeIn(root, found.slice(root.length), "keep");
  return place?.missing.length === 0 && place.found === found;
}

// A missing name followed by `..` leads back to where it would have been made.
function unfinished(root: string, done: readonly string[], stat: Stats, names: readonly string[]): Place | undefined {
  const missing: string[] = [];
  for (const name of names) {
    if (name === "" || name === ".") continue;
    if (name !== "..") missing.push(name);
    else if (missing.pop() === undefined) return undefined;
  }
  return { found: join(root, done), inside: join("", done), missing, stat };
}

function join(root: string, names: readonly string[]): string {
  return names.length === 0 ? root : `${root}/${names.join("/")}`;
}
