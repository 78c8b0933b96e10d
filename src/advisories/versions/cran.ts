// Versions of R packages: numbers between dots and hyphens (R's package_version); a longer one is newer than its beginning.

import { byParts, firstDifference, orderOfDigits } from "./order.ts";

/** Order of two versions of R packages. */
export const compareCran = byParts(parse, (a, b) =>
  firstDifference<string | undefined>(a, b, undefined, (left, right) => {
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    return orderOfDigits(left, right);
  }),
);

function parse(text: string): readonly string[] | undefined {
  return /^\d+(?:[.-]\d+)*$/.test(text) ? text.split(/[.-]/) : undefined;
}
