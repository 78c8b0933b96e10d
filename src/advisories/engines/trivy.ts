// The answer of trivy (SchemaVersion 2) as candidates.

import { asObject, asString, type JsonObject } from "../../oci/json.ts";
import { objectsIn, stringsIn } from "../json-lists.ts";
import type { Candidate } from "../match/candidate.ts";
import { severityOfWord } from "../severity.ts";
import type { FixState } from "../types.ts";
import { type Installed, placeOf } from "./installed.ts";

const STATES: ReadonlyMap<string, FixState> = new Map(
  Object.entries({
    fixed: "fixed",
    affected: "affected",
    fix_deferred: "affected",
    will_not_fix: "wont-fix",
    end_of_life: "end-of-life",
    under_investigation: "under-investigation",
    not_affected: "not-affected",
  } as const),
);

/** Undefined when the answer is not in this form. */
export function trivyCandidates(answer: unknown, installed: Installed): readonly Candidate[] | undefined {
  const report = asObject(answer);
  if (report?.["SchemaVersion"] !== 2) return undefined;
  return objectsIn(report["Results"]).flatMap((result) =>
    objectsIn(result["Vulnerabilities"]).flatMap((flaw) => candidateOf(flaw, installed)),
  );
}

function candidateOf(flaw: JsonObject, installed: Installed): readonly Candidate[] {
  const [id, name, version] = ["VulnerabilityID", "PkgName", "InstalledVersion"].map((key) => asString(flaw[key]));
  if (id === undefined || name === undefined || version === undefined) return [];
  const purl = asString(asObject(flaw["PkgIdentifier"])?.["PURL"]);
  const fixed = asString(flaw["FixedVersion"]) || undefined;
  const severity = severityOfWord(asString(flaw["Severity"]) ?? "");
  return [
    {
      ...placeOf(installed, purl, name, version),
      names: [id],
      mentions: stringsIn(flaw["VendorIDs"]),
      // Several branches have several fixes; the first is the one of this branch.
      fixed: fixed?.split(",")[0]?.trim(),
      severity,
      ...cvssOf(flaw),
      state: STATES.get(asString(flaw["Status"]) ?? "") ?? (fixed === undefined ? "unknown" : "fixed"),
      certainty: "certain",
      summary: asString(flaw["Title"]) ?? "",
      foundBy: "trivy",
    },
  ];
}

// The source that the severity is from, else the national database, else any.
function cvssOf(flaw: JsonObject): Pick<Candidate, "score" | "vector"> {
  const sources = asObject(flaw["CVSS"]) ?? {};
  const order = [asString(flaw["SeveritySource"]) ?? "", "nvd", ...Object.keys(sources)];
  for (const source of order) {
    const cvss = Object.hasOwn(sources, source) ? asObject(sources[source]) : undefined;
    for (const version of ["V40", "V3"]) {
      const [score, vector] = [cvss?.[`${version}Score`], cvss?.[`${version}Vector`]];
      if (typeof score === "number") return { score, vector: asString(vector) };
    }
  }
  return {};
}
