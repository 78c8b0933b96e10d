// The answer of osv-scanner 2 (`--format json`) as candidates: it carries whole OSV records, which are read as the store does.

import { asObject, asString, type JsonObject } from "../../oci/json.ts";
import { objectsIn } from "../json-lists.ts";
import { type Candidate, flawNames } from "../match/candidate.ts";
import { evaluate } from "../match/evaluate.ts";
import { packageKey } from "../store/advisory.ts";
import { advisoriesOf } from "../store/osv-record.ts";
import { type Installed, placeOf } from "./installed.ts";

/** Undefined when the answer is not in this form. */
export function osvScannerCandidates(answer: unknown, installed: Installed): readonly Candidate[] | undefined {
  const results = asObject(answer)?.["results"];
  // Nothing found, nothing listed.
  if (results === null) return [];
  if (!Array.isArray(results)) return undefined;
  return objectsIn(results)
    .flatMap((result) => objectsIn(result["packages"]))
    .flatMap((entry) => {
      const about = asObject(entry["package"]);
      const [name, version] = [asString(about?.["name"]), asString(about?.["version"])];
      const ecosystem = asString(about?.["ecosystem"]) ?? "";
      if (name === undefined || version === undefined) return [];
      const place = placeOf(installed, undefined, name, version);
      return objectsIn(entry["vulnerabilities"]).flatMap((record) =>
        candidatesOf(record, { ecosystem, name, version, place }),
      );
    });
}

interface Scanned {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  readonly place: ReturnType<typeof placeOf>;
}

function candidatesOf(record: JsonObject, { ecosystem, name, version, place }: Scanned): readonly Candidate[] {
  const advisories = advisoriesOf(record) ?? [];
  const own = advisories.filter((one) => one.ecosystem === ecosystem && one.name === packageKey(ecosystem, name));
  const [advisory] = (own.length > 0 ? own : advisories).map((one) => one.advisory);
  if (!advisory) return [];
  const fixed = own.map((one) => evaluate(one.advisory, ecosystem, version)?.fixed).find((fix) => fix !== undefined);
  const { id, aliases, severity, score, vector, summary } = advisory;
  const facts = {
    ...place,
    ...{ ecosystem, fixed, severity, score, vector, summary },
    state: fixed === undefined ? ("affected" as const) : ("fixed" as const),
    ...{ certainty: "certain" as const, foundBy: "osv-scanner" },
  };
  return flawNames(id, aliases).map((names) => ({ ...names, ...facts }));
}
