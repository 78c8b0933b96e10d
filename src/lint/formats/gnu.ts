// `file:line:column: severity: text [id]`, as compilers write and editors read it.

import type { Finding } from "../../policy/types.ts";
import { startOf } from "../fingerprint.ts";
import { type CheckedThing, classOf, type Report } from "../report.ts";

/** A line for each finding that counts. */
export function gnuReport({ things }: Report): string {
  return things
    .flatMap((thing) => thing.findings.filter(counts).map((finding) => `${lineOf(thing, finding)}\n`))
    .join("");
}

/** Neither waived nor unknown. */
export function counts(finding: Finding): boolean {
  const word = classOf(finding);
  return word !== "waived" && word !== "unknown";
}

function lineOf({ name }: CheckedThing, finding: Finding): string {
  const start = startOf(finding);
  const place = start ? `${name}:${start.line}:${start.column}` : name;
  return `${place}: ${finding.severity}: ${finding.message} [${finding.rule}]`;
}
