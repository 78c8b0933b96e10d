// The answer of grype (`-o json`) as candidates.

import { asObject, asString, type JsonObject } from "../../oci/json.ts";
import { objectsIn, stringsIn } from "../json-lists.ts";
import { type Candidate, flawNames } from "../match/candidate.ts";
import { severityOfWord } from "../severity.ts";
import type { FixState } from "../types.ts";
import { type Installed, placeOf } from "./installed.ts";

const STATES: ReadonlyMap<string, FixState> = new Map(
  Object.entries({
    fixed: "fixed",
    "not-fixed": "affected",
    "wont-fix": "wont-fix",
  } as const),
);

/** Undefined when the answer is not in this form. */
export function grypeCandidates(answer: unknown, installed: Installed): readonly Candidate[] | undefined {
  const matches = asObject(answer)?.["matches"];
  return Array.isArray(matches) ? objectsIn(matches).flatMap((match) => candidatesOf(match, installed)) : undefined;
}

function candidatesOf(match: JsonObject, installed: Installed): readonly Candidate[] {
  const flaw = asObject(match["vulnerability"]);
  const artifact = asObject(match["artifact"]);
  const id = asString(flaw?.["id"]);
  const [name, version] = [asString(artifact?.["name"]), asString(artifact?.["version"])];
  if (!flaw || id === undefined || name === undefined || version === undefined) return [];
  const related = objectsIn(match["relatedVulnerabilities"]);
  const fix = asObject(flaw["fix"]);
  const facts = {
    ...placeOf(installed, asString(artifact?.["purl"]), name, version),
    fixed: stringsIn(fix?.["versions"])[0],
    severity: severityOfWord(asString(flaw["severity"]) ?? ""),
    ...cvssOf([flaw, ...related]),
    state: STATES.get(asString(fix?.["state"]) ?? "") ?? ("unknown" as const),
    // Grype says of matches by CPE that they are not exact.
    certainty: isExact(match) ? ("certain" as const) : ("likely" as const),
    summary: asString(flaw["description"])?.split("\n")[0]?.slice(0, 240) ?? "",
    foundBy: "grype",
  };
  const aliases = related.flatMap((one) => asString(one["id"]) ?? []).filter((one) => one !== id);
  return flawNames(id, aliases).map((names) => ({ ...names, ...facts }));
}

function isExact(match: JsonObject): boolean {
  return !objectsIn(match["matchDetails"]).every(({ type }) => type === "cpe-match");
}

function cvssOf(records: readonly JsonObject[]): Pick<Candidate, "score" | "vector"> {
  for (const cvss of records.flatMap((record) => objectsIn(record["cvss"]))) {
    const score = asObject(cvss["metrics"])?.["baseScore"];
    if (typeof score === "number") return { score, vector: asString(cvss["vector"]) };
  }
  return {};
}
