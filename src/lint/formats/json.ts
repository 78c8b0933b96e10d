// Our own JSON: everything that is known, in a form that only grows. `schema` changes when something is taken away.

import type { Finding } from "../../policy/types.ts";
import { fingerprintsOf } from "../fingerprint.ts";
import { regionOf } from "../line-index.ts";
import { type CheckedThing, countsOf, type Report } from "../report.ts";

/** The report as indented JSON. */
export function jsonReport({ version, profile, things }: Report): string {
  const document = {
    schema: 1,
    berth: version,
    profile,
    counts: countsOf(things.flatMap(({ findings }) => findings)),
    files: things.map(jsonThing),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function jsonThing(thing: CheckedThing) {
  const fingerprints = fingerprintsOf(thing);
  return {
    name: thing.name,
    about: thing.about,
    counts: countsOf(thing.findings),
    findings: thing.findings.map((finding, index) => ({ ...jsonFinding(finding), fingerprint: fingerprints[index] })),
    ignored: thing.quiet.map(({ finding, reason }) => ({ ...jsonFinding(finding), reason })),
  };
}

function jsonFinding({ rule, severity, certainty, message, hint, pointer, place, fix, waived }: Finding) {
  const at = place && { file: place.source.name, ...regionOf(place.source, place.range) };
  const edits = fix?.edits.map(({ range, text }) => ({ ...(place && regionOf(place.source, range)), text }));
  return {
    ...{ rule, severity, certainty, message, hint },
    at,
    pointer: pointer === "" ? undefined : pointer,
    fix: fix && { title: fix.title, safe: fix.safe, edits },
    waived,
  };
}
