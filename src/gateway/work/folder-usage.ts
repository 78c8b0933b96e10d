// What a folder takes of its disk right now, while somebody writes into it.

import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Bytes on disk of everything below `folder`, holes not counted; stops adding once it is more than `enough`. */
export async function folderBytes(folder: string, enough: number): Promise<number> {
  let sum = 0;
  const folders = [folder];
  for (let at = folders.pop(); at !== undefined && sum <= enough; at = folders.pop()) {
    // What vanishes meanwhile takes nothing any more.
    for (const entry of await readdir(at, { withFileTypes: true }).catch(() => [])) {
      const path = join(at, entry.name);
      const info = await lstat(path).catch(() => undefined);
      sum += (info?.blocks ?? 0) * 512;
      if (entry.isDirectory()) folders.push(path);
    }
  }
  return sum;
}
