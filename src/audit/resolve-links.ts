// Where a path of an image leads, links followed inside of it: to no path outside, and to an end even in circles. Pure.

import type { FileEntry } from "./types.ts";

/** As the kernel has it. */
const MAX_LINKS = 40;

/** The path that `path` means after all links; undefined when there is nothing, or no end. Paths have no slash in front. */
export function resolveLinks(path: string, find: (path: string) => FileEntry | undefined): string | undefined {
  const left = path.split("/").reverse();
  const done: string[] = [];
  let links = 0;
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      done.pop();
      continue;
    }
    done.push(part);
    const entry = find(done.join("/"));
    if (entry?.target === undefined || (entry.type === "hardlink" && left.length > 0)) continue;
    if (++links > MAX_LINKS) return undefined;
    done.pop();
    // A hard link names its target from the root.
    if (entry.type === "hardlink" || entry.target.startsWith("/")) done.length = 0;
    left.push(...entry.target.split("/").reverse());
  }
  const found = done.join("/");
  return find(found) ? found : undefined;
}
