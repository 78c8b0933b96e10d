// What a run comes to: what is shown of it, and the exit status. One place for `lint`, `audit` and `scan`, so that scripts can rely
// on it.

import { weightOf } from "../policy/severity.ts";
import type { Finding, Severity } from "../policy/types.ts";
import { type CheckedThing, classOf, type Report } from "./report.ts";

export const SEVERITIES = ["error", "warning", "info", "style"] as const satisfies readonly Severity[];

/** 0 clean or below the threshold, 1 findings, 2 usage or configuration, 3 a failure of berth or an engine, 4 not known. */
export type CheckExit = 0 | 1 | 2 | 3 | 4;

/** What decides about the exit status. */
export interface Threshold {
  /** Findings of this weight or more end in 1; `never`: none do. */
  readonly failOn: Severity | "never";
  /** What is not known of practices in `required` ends in 4. */
  readonly strict: boolean;
  /** Ids of practices that are required. */
  readonly required: ReadonlySet<string>;
}

/** The exit status of a report. */
export function checkExit({ things }: Pick<Report, "things">, { failOn, strict, required }: Threshold): CheckExit {
  const findings = things.flatMap((thing) => thing.findings);
  if (failOn !== "never" && findings.some((finding) => counts(finding) && weighs(finding, failOn))) return 1;
  if (strict && findings.some((one) => classOf(one) === "unknown" && required.has(one.rule))) return 4;
  return 0;
}

/** Only what weighs as much as `least` or more; what is not known or waived is kept. */
export function shownThing(thing: CheckedThing, least: Severity): CheckedThing {
  return { ...thing, findings: thing.findings.filter((finding) => !counts(finding) || weighs(finding, least)) };
}

function counts(finding: Finding): boolean {
  const word = classOf(finding);
  return word !== "unknown" && word !== "waived";
}

function weighs({ severity }: Finding, least: Severity): boolean {
  return weightOf(severity) >= weightOf(least);
}
