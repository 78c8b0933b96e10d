// Whether root may rely on a path: whoever can change a place on the way to it can put something else there.

import { realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";

const GROUP_OR_OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * Why others than root may change what a path leads to, or exchange it; undefined when they may not. What is not there yet is
 * judged by where it would be made. @throws the system's error when a place cannot be looked at
 */
export function doubtAbout(path: string): string | undefined {
  const ways = new Set([path, statSync(path, { throwIfNoEntry: false }) ? realpathSync(path) : path]);
  for (const way of ways) {
    for (let at = way; ; at = dirname(at)) {
      const doubt = doubtAt(at, at !== way);
      if (doubt !== undefined) return doubt;
      if (at === "/") break;
    }
  }
  return undefined;
}

// Where the sticky bit lets only owners rename, root's names are safe among others'.
function doubtAt(place: string, onTheWay: boolean): string | undefined {
  const info = statSync(place, { throwIfNoEntry: false });
  if (info === undefined) return undefined;
  if (info.uid !== 0) return `${place} belongs to user ${info.uid}`;
  const open = (info.mode & GROUP_OR_OTHERS_WRITE) !== 0 && !(onTheWay && (info.mode & STICKY) !== 0);
  return open ? `others may change ${place}` : undefined;
}
