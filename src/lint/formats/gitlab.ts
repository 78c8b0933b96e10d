// GitLab's code quality report: a list of issues, each with a fingerprint that stays.

import type { Severity } from "../../policy/types.ts";
import { fingerprintsOf, startOf } from "../fingerprint.ts";
import type { Report } from "../report.ts";
import { counts } from "./gnu.ts";

const WEIGHTS: Readonly<Record<Severity, string>> = {
  error: "critical",
  warning: "major",
  info: "minor",
  style: "info",
};

/** The findings that count as one JSON list. */
export function gitlabReport({ things }: Report): string {
  const issues = things.flatMap((thing) => {
    const fingerprints = fingerprintsOf(thing);
    return thing.findings.flatMap((finding, index) =>
      counts(finding)
        ? [
            {
              description: [finding.message, finding.hint].filter(Boolean).join(": "),
              check_name: finding.rule,
              fingerprint: fingerprints[index],
              severity: WEIGHTS[finding.severity],
              location: { path: thing.name, lines: { begin: startOf(finding)?.line ?? 1 } },
            },
          ]
        : [],
    );
  });
  return `${JSON.stringify(issues, null, 2)}\n`;
}
