// A scan report as SARIF 2.1.0 (OASIS), for code hosts: a rule for each flaw, a result for each package that has it.

import type { Log, ReportingDescriptor, Result } from "sarif";
import { digestOf } from "../../base/digest.ts";
import type { Flaw, FlawSeverity, ScanReport } from "../types.ts";

export interface SarifOptions {
  readonly target: string;
  readonly version: string;
}

/** Code hosts read no more of one run. */
const MOST_RESULTS = 25_000;
const LEVELS: Readonly<Record<FlawSeverity, "error" | "warning" | "note">> = {
  ...{ critical: "error", high: "error", medium: "warning", low: "note", none: "note", unknown: "warning" },
};
/** What hosts sort by, where a flaw has no score of its own. */
const SCORES: Readonly<Record<FlawSeverity, number>> = {
  ...{ critical: 9.5, high: 8, medium: 5.5, low: 2, none: 0, unknown: 5 },
};

/** The report as one run. */
export function sarifReport(report: ScanReport, shown: readonly Flaw[], options: SarifOptions): string {
  const { date, flaws, possible = [] } = report;
  const told = [...shown, ...possible];
  const rules = [...new Map(told.map((flaw) => [flaw.id, ruleOf(flaw)])).values()];
  const index = new Map(rules.map(({ id }, at) => [id, at]));
  const log: Log = {
    version: "2.1.0",
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    runs: [
      {
        tool: { driver: { name: "berth scan", version: options.version, rules } },
        automationDetails: { id: `berth-scan/${options.target}/` },
        invocations: [{ executionSuccessful: true, endTimeUtc: date }],
        properties: { flaws: flaws.length },
        results: told.slice(0, MOST_RESULTS).map((flaw) => resultOf(flaw, index.get(flaw.id) ?? 0, options)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf({ id, summary, aliases, severity, score }: Flaw): ReportingDescriptor {
  const text = summary === "" ? id : summary;
  return {
    id,
    shortDescription: { text },
    help: { text: aliases.length === 0 ? text : `${text}\nAlso known as ${aliases.join(", ")}` },
    ...(id.startsWith("CVE-") ? { helpUri: `https://www.cve.org/CVERecord?id=${id}` } : {}),
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { "security-severity": (score ?? SCORES[severity]).toFixed(1), tags: ["security", "vulnerability"] },
  };
}

function resultOf(flaw: Flaw, ruleIndex: number, { target }: SarifOptions): Result {
  const { id, name, installed, fixed, severity, purls, evidence, suppressed, certainty } = flaw;
  const cure = fixed === undefined ? "no fix is known" : `fixed in ${fixed}`;
  const uri = (evidence[0] ?? "").toWellFormed().split("/").map(encodeURIComponent).join("/");
  return {
    ruleId: id,
    ruleIndex,
    // What only a name says has not failed: somebody has to look.
    ...(certainty === "possible" ? { kind: "review" as const, level: "none" as const } : { level: LEVELS[severity] }),
    message: {
      text: `${name} ${installed} ${certainty === "possible" ? "may have" : "has"} ${id} (${severity}): ${cure}`,
    },
    // Hosts want a file; what says that the package is there is the nearest to one.
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uri || "image" }, region: { startLine: 1 } },
        logicalLocations: purls.map((purl) => ({ fullyQualifiedName: purl, kind: "package" })),
        message: { text: target },
      },
    ],
    partialFingerprints: { "berthFlaw/v1": digestOf(`${id} ${name} ${installed}`).slice("sha256:".length, 39) },
    ...(suppressed
      ? { suppressions: [{ kind: "external" as const, status: "accepted" as const, justification: suppressed.reason }] }
      : {}),
  };
}
