// Files of package managers' caches in an image: how much of them stays, by kind. Knows no rule.

import type { AuditedImage } from "../../../audit/types.ts";
import { formatSize } from "../../../base/size.ts";
import { type Hit, unknown } from "../../rule.ts";

/** Less is not worth a word: indexes that package managers make again by themselves. */
const LEAST = 65_536;

/** Bytes below paths that fit, of the layers that the build made itself, removed above or not; as a hit where there are some. */
export function cachedHit({ layers, files }: AuditedImage, fits: (path: string) => boolean): Hit | undefined {
  if (!files || !layers) return unknown("nobody read the image's files");
  let bytes = 0;
  let first: string | undefined;
  for (const { path, size, layer } of [...files.entries, ...files.hidden]) {
    if (layers[layer]?.base || !fits(path)) continue;
    bytes += size;
    first ??= path;
  }
  return bytes < LEAST ? undefined : { case: "measured", fields: { size: formatSize(bytes), path: `/${first}` } };
}
