// An advisory as the store keeps it: what is needed to match one package and to show the flaw, and no more.

import { asObject } from "../../oci/json.ts";
import type { FixState, FlawSeverity } from "../types.ts";

export type EventKind = "introduced" | "fixed" | "last_affected" | "limit";

/** Where a range of versions begins or ends, as the OSV schema has it. */
export type RangeEvent = readonly [kind: EventKind, version: string];

/** What one advisory says of one package of one ecosystem. */
export interface Advisory {
  readonly id: string;
  /** Other names of the same flaw; where there are several CVEs it is a bundle of as many flaws. */
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly severity?: FlawSeverity;
  readonly score?: number;
  readonly vector?: string;
  /** Said by the vendor where there is no fix. */
  readonly state?: FixState;
  /** Events of each range from old to new. */
  readonly ranges: readonly (readonly RangeEvent[])[];
  /** Versions that are affected besides those of the ranges. */
  readonly versions: readonly string[];
}

/** True for a parsed value that has the form of an advisory, as far as matching and merging rely on it. */
export function isAdvisory(value: unknown): value is Advisory {
  const { id, aliases, summary, severity, score, vector, state, ranges, versions } = asObject(value) ?? {};
  const texts = [severity, vector, state].every((one) => one === undefined || typeof one === "string");
  return (
    [id, summary].every((one) => typeof one === "string") &&
    (score === undefined || typeof score === "number") &&
    [aliases, versions].every(isTexts) &&
    Array.isArray(ranges) &&
    ranges.every((events) => Array.isArray(events) && events.every((event) => isTexts(event) && event.length === 2)) &&
    texts
  );
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** An advisory with the place that it belongs to. */
export interface PlacedAdvisory {
  /** OSV name with its release: `Debian:12`. */
  readonly ecosystem: string;
  /** Name of the package, normalised as `packageKey` does. */
  readonly name: string;
  readonly advisory: Advisory;
  /** When it was last changed, ISO 8601. */
  readonly modified: string;
}

/** The name under which a package is looked up: Python's names know neither case nor kind of separator, R's no case (conda). */
export function packageKey(ecosystem: string, name: string): string {
  if (ecosystem === "PyPI") return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
  return ecosystem === "CRAN" ? name.toLowerCase() : name;
}
