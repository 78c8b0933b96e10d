// From a record in OSV's form (ossf.github.io/osv-schema, 1.7) to advisories, one for each package that it affects. What is
// withdrawn, is about commits only, or has no name gives none. Records come from mirrors: every field is checked.

import { asObject, asString, type JsonObject } from "../../oci/json.ts";
import { scoreOfVector, severityOfScore, severityOfWord } from "../severity.ts";
import type { FixState, FlawSeverity } from "../types.ts";
import { comparerOf } from "../versions/index.ts";
import { type Advisory, type PlacedAdvisory, packageKey } from "./advisory.ts";
import { compactRanges } from "./osv-ranges.ts";

const MAX_NAME = 300;
const MAX_SUMMARY = 240;
const MAX_ALIASES = 400;
/** Characters of an advisory without its words, and of all that one record may become. */
const OWN_LENGTH = 100;
const MAX_WRITTEN = 64 << 20;
/** Advisories of distributions that name their flaws only as related. */
const BUNDLES = /^(?:RLSA|RXSA|ALSA|ALBA|ALEA|RHSA|RHBA|RHEA|SUSE-|openSUSE-|DSA|DLA|USN|LSN|MGASA|OESA|AZL)/;

/** The advisories of a parsed record; undefined when it is no record of this form. */
export function advisoriesOf(value: unknown): readonly PlacedAdvisory[] | undefined {
  const record = asObject(value);
  const id = name(record?.["id"]);
  const modified = asString(record?.["modified"]);
  if (!record || id === undefined || modified === undefined || Number.isNaN(Date.parse(modified))) return undefined;
  if (asString(record["withdrawn"]) !== undefined) return [];
  const common = { id, aliases: aliasesOf(record, id), summary: summaryOf(record) };
  const entries = list(record["affected"]);
  // Each package that it names gets the words anew: a small record must not fill a disk.
  if (entries.length * (common.summary.length + common.aliases.join().length + OWN_LENGTH) > MAX_WRITTEN)
    return undefined;
  return entries.flatMap((entry) => {
    const affected = asObject(entry);
    const about = asObject(affected?.["package"]);
    const [ecosystem, called] = [name(about?.["ecosystem"]), name(about?.["name"])];
    if (!affected || ecosystem === undefined || called === undefined || !isEcosystem(ecosystem)) return [];
    const advisory = affects(record, affected, ecosystem, common);
    return advisory ? [{ ecosystem, name: packageKey(ecosystem, called), advisory, modified }] : [];
  });
}

// Its name becomes that of a file.
function isEcosystem(ecosystem: string): boolean {
  return /^[\x20-\x7e]{1,70}$/.test(ecosystem) && comparerOf(ecosystem) !== undefined;
}

function affects(
  record: JsonObject,
  affected: JsonObject,
  ecosystem: string,
  common: Pick<Advisory, "id" | "aliases" | "summary">,
): Advisory | undefined {
  const { ranges, versions } = compactRanges(affected, ecosystem);
  if (ranges.length === 0 && versions.length === 0) return undefined;
  const state = stateOf(affected);
  return { ...common, ...severityOf(record, affected, common.summary), ...(state ? { state } : {}), ranges, versions };
}

function aliasesOf(record: JsonObject, id: string): readonly string[] {
  const named = [...names(record["aliases"]), ...names(record["upstream"])];
  const hasCve = named.some((one) => one.startsWith("CVE-"));
  if (!hasCve && BUNDLES.test(id)) named.push(...names(record["related"]).filter((one) => one.startsWith("CVE-")));
  return [...new Set(named)].filter((one) => one !== id).slice(0, MAX_ALIASES);
}

function summaryOf(record: JsonObject): string {
  const text = asString(record["summary"]) || asString(record["details"]) || "";
  const line = text.split("\n").find((one) => one.trim() !== "") ?? "";
  return line
    .replaceAll(/[\x00-\x1f\x7f-\x9f]/g, " ")
    .trim()
    .slice(0, MAX_SUMMARY);
}

/** The vendor's word first, then the newest CVSS vector. */
function severityOf(record: JsonObject, affected: JsonObject, summary: string) {
  const given = [...list(affected["severity"]), ...list(record["severity"])].map(asObject);
  const vector = newestVector(given);
  const score = vector === undefined ? undefined : scoreOfVector(vector);
  const severity =
    wordOf(record, affected, given, summary) ?? (score === undefined ? undefined : severityOfScore(score));
  return {
    ...(severity === undefined ? {} : { severity }),
    ...(score === undefined ? {} : { score, vector: vector ?? "" }),
  };
}

function newestVector(given: readonly (JsonObject | undefined)[]): string | undefined {
  for (const type of ["CVSS_V4", "CVSS_V3", "CVSS_V2"]) {
    const score = given.find((one) => one?.["type"] === type)?.["score"];
    if (typeof score === "string" && scoreOfVector(score) !== undefined) return score;
  }
  return undefined;
}

function wordOf(
  record: JsonObject,
  affected: JsonObject,
  given: readonly (JsonObject | undefined)[],
  summary: string,
): FlawSeverity | undefined {
  const words = [
    asObject(affected["ecosystem_specific"])?.["urgency"],
    asObject(affected["ecosystem_specific"])?.["severity"],
    asObject(affected["database_specific"])?.["severity"],
    asObject(record["database_specific"])?.["severity"],
    given.find((one) => one?.["type"] === "Ubuntu")?.["score"],
    // Red Hat's and its descendants' summaries begin with it.
    /^(Critical|Important|Moderate|Low): /.exec(summary)?.[1],
  ];
  for (const word of words) {
    const severity = typeof word === "string" ? severityOfWord(word) : undefined;
    if (severity) return severity;
  }
  return undefined;
}

function stateOf(affected: JsonObject): FixState | undefined {
  const urgency = asString(asObject(affected["ecosystem_specific"])?.["urgency"]);
  return urgency === "end-of-life" ? "end-of-life" : undefined;
}

function name(value: unknown): string | undefined {
  const text = asString(value);
  if (text === undefined || text === "" || text.length > MAX_NAME || /[\x00-\x1f\x7f]/.test(text)) return undefined;
  return text;
}

function names(value: unknown): string[] {
  return list(value).flatMap((one) => name(one) ?? []);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
