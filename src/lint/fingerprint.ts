// A name for a finding that stays when lines above it come and go: for services that tell new findings from known ones.

import { createHash } from "node:crypto";
import type { Finding } from "../policy/types.ts";
import { regionOf } from "./line-index.ts";
import type { CheckedThing } from "./report.ts";

/** Fingerprints of a thing's findings, in their order; equal findings on equal lines are told apart by their number. */
export function fingerprintsOf({ name, findings }: CheckedThing): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const words = [finding.rule, name, lineOf(finding), finding.pointer].join("\0");
    const count = seen.get(words) ?? 0;
    seen.set(words, count + 1);
    return createHash("sha256").update(`${words}\0${count}`).digest("hex").slice(0, 32);
  });
}

function lineOf({ place }: Finding): string {
  if (!place) return "";
  const { text } = place.source;
  const start = text.lastIndexOf("\n", place.range.start - 1) + 1;
  const end = text.indexOf("\n", start);
  return text.slice(start, end < 0 ? text.length : end).trim();
}

/** Line and column of a finding, from 1; undefined without a place. */
export function startOf({ place }: Finding) {
  return place && regionOf(place.source, place.range).start;
}
