// What SPDX has no field for, in lines of comments: written so that a person understands them, and read again.

import type { Place } from "./components.ts";

interface Gap {
  readonly path: string;
  readonly why: string;
}

const PLACE = /^found in (.+?)(?: of layer (\S+))?$/;
/** As syft says it: kind of database, then paths. */
const SYFT_PLACE = /^acquired package info from [^:]{1,100}: \/*([^,]+)/;
const GAP = /^not read: (.+?): (.+)$/;

/** Where a package was found. */
export function placeLine({ evidence, layer }: Place): string {
  const place = oneLine(evidence);
  return layer === undefined ? `found in ${place}` : `found in ${place} of layer ${layer}`;
}

/** Places that lines tell of; other lines are somebody else's words. */
export function placesIn(text: string): readonly Place[] {
  return text.split("\n").flatMap((line) => {
    const [, evidence, layer] = PLACE.exec(line) ?? [];
    const other = evidence ?? SYFT_PLACE.exec(line)?.[1];
    return other === undefined ? [] : [{ evidence: other, layer }];
  });
}

/** What could not be read. */
export function gapLine({ path, why }: Gap): string {
  return `not read: ${oneLine(path)}: ${oneLine(why)}`;
}

/** Gaps that lines tell of. */
export function gapsIn(text: string): readonly Gap[] {
  return text.split("\n").flatMap((line) => {
    const [, path, why] = GAP.exec(line) ?? [];
    return path === undefined || why === undefined ? [] : [{ path, why }];
  });
}

// A file's name may hold line breaks, and pretend to be several places.
function oneLine(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, "?");
}
