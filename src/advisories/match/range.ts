// Whether a version lies in a range of an advisory: the evaluation that the OSV schema prescribes.

import type { RangeEvent } from "../store/advisory.ts";
import type { Comparer, Order } from "../versions/order.ts";

export interface InRange {
  /** Undefined when a version could not be compared, so that it may or may not be inside. */
  readonly inside: boolean | undefined;
  /** The fix that follows the version; undefined when there is none. */
  readonly fixed?: string | undefined;
}

const OUTSIDE: InRange = { inside: false };
const UNSURE: InRange = { inside: undefined };

/** Evaluates the events of a range, which are in order; `introduced` 0 is before every version. */
export function inRange(version: string, events: readonly RangeEvent[], compare: Comparer): InRange {
  if (beyondLimits(version, events, compare)) return OUTSIDE;
  let inside = false;
  let fixed: string | undefined;
  for (const [kind, at] of events) {
    if (kind === "limit") continue;
    const order: Order | undefined = at === "0" ? 1 : compare(version, at);
    if (order === undefined) return { ...UNSURE, fixed: lastFix(events) };
    if (kind === "introduced" && order >= 0) inside = true;
    if (kind === "fixed" && order >= 0) inside = false;
    if (kind === "fixed" && order < 0) fixed ??= at;
    if (kind === "last_affected" && order > 0) inside = false;
  }
  return inside ? { inside, fixed } : OUTSIDE;
}

// Without a limit there is none; with several, one that is not reached will do.
function beyondLimits(version: string, events: readonly RangeEvent[], compare: Comparer): boolean {
  const limits = events.filter(([kind, at]) => kind === "limit" && at !== "*");
  if (limits.length === 0 || limits.length < events.filter(([kind]) => kind === "limit").length) return false;
  return limits.every(([, at]) => compare(version, at) !== -1);
}

function lastFix(events: readonly RangeEvent[]): string | undefined {
  return events.findLast(([kind]) => kind === "fixed")?.[1];
}
