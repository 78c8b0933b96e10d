// JUnit's XML: a suite for each thing, a case for each rule that was asked, so that what passes is seen, and what is unknown is
// skipped and not passed.

import type { Finding } from "../../policy/types.ts";
import { startOf } from "../fingerprint.ts";
import { type CheckedThing, classOf, type Report } from "../report.ts";
import { xml } from "./xml.ts";

/** The report as test suites. */
export function junitReport(report: Report): string {
  const suites = report.things.flatMap((thing) => suiteOf(thing, report));
  return `${['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...suites, "</testsuites>"].join("\n")}\n`;
}

function suiteOf(thing: CheckedThing, { rules }: Report): readonly string[] {
  const byRule = new Map<string, Finding[]>(thing.asked.map((id) => [id, []]));
  for (const finding of thing.findings) byRule.set(finding.rule, [...(byRule.get(finding.rule) ?? []), finding]);
  const cases = [...byRule].map(([id, findings]) => caseOf(thing, id, rules.get(id)?.title ?? id, findings));
  const total = (kind: CaseKind) => cases.filter((one) => one.kind === kind).length;
  const head = `name="${xml(thing.name)}" tests="${cases.length}" failures="${total("failed")}" skipped="${total("skipped")}"`;
  return [`  <testsuite ${head}>`, ...cases.map(({ text }) => text), "  </testsuite>"];
}

type CaseKind = "passed" | "failed" | "skipped";

function caseOf(thing: CheckedThing, id: string, title: string, findings: readonly Finding[]) {
  const failures = findings.filter((finding) => ["error", "warning", "info", "style"].includes(classOf(finding)));
  const kind: CaseKind = failures.length > 0 ? "failed" : findings.length > 0 ? "skipped" : "passed";
  const open = `    <testcase classname="${xml(thing.name)}" name="${xml(`${id}: ${title}`)}"`;
  if (kind === "passed") return { kind, text: `${open}/>` };
  const inner =
    kind === "failed" ? failures.map(failureOf) : [`<skipped message="${xml(findings[0]?.message ?? "")}"/>`];
  return { kind, text: `${open}>${inner.join("")}</testcase>` };
}

function failureOf(finding: Finding): string {
  const start = startOf(finding);
  const place = start ? `line ${start.line}: ` : "";
  return `<failure type="${finding.severity}" message="${xml(finding.message)}">${xml(place + (finding.hint ?? finding.message))}</failure>`;
}
