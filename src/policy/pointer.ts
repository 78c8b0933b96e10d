// JSON pointers (RFC 6901) into what is judged, and the places in somebody's text that they stand for.

import type { Located } from "../base/source.ts";

/** The pointer with more parts behind it: `/services/db` and `ports`, 0 → `/services/db/ports/0`. */
export function pointerTo(base: string, ...parts: readonly (string | number)[]): string {
  const escaped = parts.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`);
  return base + escaped.join("");
}

/** The place of a pointer, or of the nearest part above it that has one. */
export function placeOf(places: ReadonlyMap<string, Located> | undefined, pointer: string): Located | undefined {
  if (!places) return undefined;
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf("/"))) {
    const place = places.get(at);
    if (place || at === "") return place;
  }
}
