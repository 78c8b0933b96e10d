// SARIF 2.1.0 (OASIS), for code hosts and editors: rules with their words, results with regions, fixes and suppressions.

import type { Log, ReportingDescriptor, Result } from "sarif";
import type { Located } from "../../base/source.ts";
import type { Finding, Severity } from "../../policy/types.ts";
import { fingerprintsOf } from "../fingerprint.ts";
import { regionOf } from "../line-index.ts";
import { type CheckedThing, classOf, type Report, type RuleWords } from "../report.ts";

/** Code hosts read no more of one run. */
const MOST_RESULTS = 25_000;

const LEVELS: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  ...{ error: "error", warning: "warning", info: "note", style: "note" },
};
// What hosts sort by; a text, as they want it.
const SECURITY: Readonly<Record<Severity, string>> = { error: "8.0", warning: "5.0", info: "2.0", style: "0.5" };

/** How names of images begin. */
const IMAGE = /^(?:docker|oras|https?|instance|oci|oci-archive|docker-archive|docker-daemon):/;

/** The report as one run. */
export function sarifReport(report: Report): string {
  const used = [...report.rules.values()];
  const index = new Map(used.map(({ id }, at) => [id, at]));
  const results = report.things.flatMap((thing) => resultsOf(thing, index)).slice(0, MOST_RESULTS);
  const log: Log = {
    version: "2.1.0",
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    runs: [
      {
        tool: { driver: { name: "berth", version: report.version, rules: used.map(descriptorOf) } },
        automationDetails: { id: `berth/${report.profile}/` },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { SRCROOT: { description: { text: "the folder that berth was started in" } } },
        results,
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function descriptorOf({ id, title, why, source, severity, peers, controls }: RuleWords): ReportingDescriptor {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: `${why}\n\nSource: ${source}${peers.length > 0 ? `\nLike: ${peers.join(", ")}` : ""}` },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { "security-severity": SECURITY[severity], tags: [...controls] },
  };
}

function resultsOf(thing: CheckedThing, index: ReadonlyMap<string, number>): readonly Result[] {
  const fingerprints = fingerprintsOf(thing);
  const found = thing.findings.map((finding, at) => {
    const result = resultOf(thing, finding, index, fingerprints[at] ?? "");
    return finding.waived
      ? {
          ...result,
          suppressions: [
            { kind: "external" as const, justification: `${finding.waived.by}: ${finding.waived.reason}` },
          ],
        }
      : result;
  });
  const quiet = thing.quiet.map(({ finding, reason }) => {
    const [fingerprint = ""] = fingerprintsOf({ ...thing, findings: [finding] });
    const justification = reason === undefined ? {} : { justification: reason };
    return {
      ...resultOf(thing, finding, index, fingerprint),
      suppressions: [{ kind: "inSource" as const, ...justification }],
    };
  });
  return [...found, ...quiet];
}

function resultOf(
  { name }: CheckedThing,
  finding: Finding,
  index: ReadonlyMap<string, number>,
  fingerprint: string,
): Result {
  const { rule, severity, message, hint, place, certainty } = finding;
  const at = index.get(rule);
  return {
    ruleId: rule,
    ...(at === undefined ? {} : { ruleIndex: at }),
    // What is not known has not failed.
    ...(classOf(finding) === "unknown"
      ? { kind: "review" as const, level: "none" as const }
      : { level: LEVELS[severity] }),
    message: { text: hint === undefined ? message : `${message}: ${hint}` },
    locations: [{ physicalLocation: { artifactLocation: uriOf(name), ...(place ? { region: region(place) } : {}) } }],
    partialFingerprints: { "berth/v1": fingerprint },
    properties: { certainty },
    ...fixesOf(name, finding),
  };
}

function fixesOf(name: string, { fix, place }: Finding) {
  if (!fix || !place) return {};
  const replacements = fix.edits.map(({ range, text }) => ({
    deletedRegion: region({ source: place.source, range }),
    insertedContent: { text },
  }));
  return {
    fixes: [{ description: { text: fix.title }, artifactChanges: [{ artifactLocation: uriOf(name), replacements }] }],
  };
}

function uriOf(name: string) {
  const uri = name.toWellFormed().split("/").map(encodeURIComponent).join("/");
  if (name.startsWith("/")) return { uri: `file://${uri}` };
  // The name of an image is an address of its own, and a base only goes with relative ones (clause 3.4.4).
  return IMAGE.test(name) ? { uri: uri.replaceAll("%3A", ":") } : { uri, uriBaseId: "SRCROOT" };
}

function region({ source, range }: Located) {
  const { start, end } = regionOf(source, range);
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}
