// The ranges of versions in an OSV record, sorted and without what says nothing; and the listed versions that no range has.

import { asObject, asString, type JsonObject } from "../../oci/json.ts";
import { inRange } from "../match/range.ts";
import { comparerOf } from "../versions/index.ts";
import type { Comparer } from "../versions/order.ts";
import type { EventKind, RangeEvent } from "./advisory.ts";

const MAX_EVENTS = 2_000;
const MAX_VERSIONS = 20_000;
const MAX_COMPARED = 1_000_000;
const KINDS: readonly EventKind[] = ["introduced", "fixed", "last_affected", "limit"];

export interface Ranges {
  readonly ranges: readonly (readonly RangeEvent[])[];
  readonly versions: readonly string[];
}

/** What an `affected` says about versions; ranges of commits are left out. */
export function compactRanges(affected: JsonObject, ecosystem: string): Ranges {
  const compare = comparerOf(ecosystem) ?? (() => undefined);
  const ranges = list(affected["ranges"]).flatMap((entry) => {
    const range = asObject(entry);
    if (range?.["type"] !== "ECOSYSTEM" && range?.["type"] !== "SEMVER") return [];
    const events = list(range["events"]).slice(0, MAX_EVENTS).flatMap(eventsOf);
    return events.length === 0 ? [] : [sorted(events, compare)];
  });
  const listed = list(affected["versions"])
    .slice(0, MAX_VERSIONS)
    .flatMap((one) => shortText(one) ?? []);
  // So many that holding each against each would take minutes are kept as they are.
  const events = ranges.reduce((sum, one) => sum + one.length, 0);
  if (listed.length * events > MAX_COMPARED) return { ranges, versions: listed };
  // Most lists only repeat their range version by version.
  const versions = listed.filter(
    (version) => !ranges.some((range) => inRange(version, range, compare).inside === true),
  );
  return { ranges, versions };
}

function eventsOf(value: unknown): readonly RangeEvent[] {
  const event = asObject(value);
  return KINDS.flatMap((kind): readonly RangeEvent[] => {
    const version = shortText(event?.[kind]);
    return version === undefined ? [] : [[kind, version]];
  });
}

// What cannot be compared keeps its place.
function sorted(events: readonly RangeEvent[], compare: Comparer): readonly RangeEvent[] {
  return events.toSorted(([, a], [, b]) => {
    if (a === "0" || b === "0") return a === b ? 0 : a === "0" ? -1 : 1;
    return compare(a, b) ?? 0;
  });
}

function shortText(value: unknown): string | undefined {
  const text = asString(value);
  return text === undefined || text === "" || text.length > 300 ? undefined : text;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
