// Which file of the host a path of a container will most likely be: enough to know whether a volume's missing target is to be
// a file or a directory. The launcher finds out for itself, and refuses where this was wrong.

import { statSync } from "node:fs";
import type { MountRecord, Root } from "../run/launch-plan.ts";

/** True when the path leads to a regular file, as far as can be seen from outside; `isFile` says it of paths of the host. */
export function isFileInside(
  path: string,
  root: Root,
  mounts: readonly MountRecord[],
  isFile: (place: string) => boolean = isHostFile,
): boolean {
  const above = mounts.findLast(({ target }) => path === target || path.startsWith(`${target}/`));
  // Made by the plan itself.
  if (above?.op === "file") return path === above.target;
  const place = hostPlace(path, root, above);
  return place !== undefined && isFile(place);
}

function isHostFile(place: string): boolean {
  try {
    return statSync(place, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false;
  }
}

function hostPlace(path: string, root: Root, above: MountRecord | undefined): string | undefined {
  if (above?.op === "bind") return above.source + path.slice(above.target.length);
  if (above !== undefined || root.kind !== "dir") return undefined;
  return root.source + path;
}
