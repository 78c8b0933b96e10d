// Versions of Python packages (PEP 440), by the library that package managers use for it.

import { compare, valid } from "@renovatebot/pep440";
import { type Comparer, MAX_VERSION, orderOf } from "./order.ts";

/** Order of two versions of Python packages. */
export const comparePep440: Comparer = (a, b) => {
  if (a.length > MAX_VERSION || b.length > MAX_VERSION || valid(a) === null || valid(b) === null) return undefined;
  return orderOf(compare(a, b), 0);
};
