// What one advisory says of one installed version. Pure.

import type { Advisory } from "../store/advisory.ts";
import { comparerOf } from "../versions/index.ts";
import { compareRpm } from "../versions/rpm.ts";
import { inRange } from "./range.ts";

/** A version that is affected, or may be. */
export interface Verdict {
  readonly fixed?: string | undefined;
  /** False where versions could not be compared. */
  readonly sure: boolean;
}

/** Undefined when the advisory does not speak of this version. */
export function evaluate(advisory: Advisory, ecosystem: string, version: string): Verdict | undefined {
  const compare = comparerOf(ecosystem) ?? (() => undefined);
  if (compare === compareRpm && isOtherStream(advisory, version)) return undefined;
  const answers = advisory.ranges.map((events) => inRange(version, events, compare));
  const listed = advisory.versions.some((one) => one === version || compare(one, version) === 0);
  const inside = answers.find(({ inside: yes }) => yes === true);
  if (inside || listed) return { fixed: inside?.fixed, sure: true };
  const unsure = answers.find(({ inside: yes }) => yes === undefined);
  return unsure && { fixed: unsure.fixed, sure: false };
}

// A module's streams (`.module+el8…`) are built apart: their numbers say nothing of packages outside of them.
function isOtherStream(advisory: Advisory, version: string): boolean {
  const modular = (text: string) => /\.module[+_]/.test(text);
  const fixes = advisory.ranges.flat().filter(([kind]) => kind === "fixed");
  return fixes.length > 0 && fixes.every(([, fix]) => modular(fix) !== modular(version));
}
