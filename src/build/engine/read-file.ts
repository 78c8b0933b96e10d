// A small file of a mounted state, links followed inside it.

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { bytes, fromText, placeIn } from "./root-path.ts";

/** The content; undefined when there is no regular file, or it is larger than `max` bytes. */
export function readSmall(root: string, path: string, max: number): Buffer | undefined {
  const place = placeIn(fromText(root), fromText(path));
  if (!place || place.missing.length > 0 || !place.stat.isFile() || place.stat.size > max) return undefined;
  const fd = openSync(bytes(place.found), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return fstatSync(fd).size > max ? undefined : readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}
