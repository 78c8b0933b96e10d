// What the policy must know of a folder of the host that a recipe mounts: where it really is, and who may pass.

import type { Stats } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import type { PathFacts } from "../../policy/facts.ts";

/** Null: it is not there. Undefined: that cannot be found out. */
export async function pathFacts(path: string): Promise<PathFacts | null | undefined> {
  try {
    const real = await realpath(path);
    const parents: { readonly path: string; readonly mode: number }[] = [];
    for (let at = dirname(real); ; at = dirname(at)) {
      parents.unshift({ path: at, mode: (await lstat(at)).mode & 0o7777 });
      if (at === "/") break;
    }
    return { real, kind: kindOf(await lstat(real)), parents };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? null : undefined;
  }
}

function kindOf(stats: Stats): PathFacts["kind"] {
  if (stats.isDirectory()) return "directory";
  if (stats.isFile()) return "file";
  if (stats.isSocket()) return "socket";
  return stats.isBlockDevice() || stats.isCharacterDevice() ? "device" : "other";
}
