// Finds the shared mount of an image. On the way of every start, so it starts nothing.

import { statSync } from "node:fs";

/** The link that leads to the image's mount, when it is alive; costs two stat calls. */
export function liveMount(runtime: string, key: string): string | undefined {
  const dir = mountLink(runtime, key);
  try {
    // A mount is another device than the folder that its link stands in; a dead server answers ENOTCONN.
    return statSync(dir).dev === statSync(`${runtime}/mnt`).dev ? undefined : dir;
  } catch {
    return undefined;
  }
}

/** The name under which an image's mount is found. */
function mountLink(runtime: string, key: string): string {
  return `${runtime}/mnt/${key}`;
}
