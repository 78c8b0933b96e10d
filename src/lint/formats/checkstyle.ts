// Checkstyle's XML, which many services read.

import type { Severity } from "../../policy/types.ts";
import { startOf } from "../fingerprint.ts";
import type { Report } from "../report.ts";
import { counts } from "./gnu.ts";
import { xml } from "./xml.ts";

const WORDS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "info", style: "info" };

/** A `file` for each thing, an `error` for each finding that counts. */
export function checkstyleReport({ things }: Report): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<checkstyle version="4.3">'];
  for (const { name, findings } of things) {
    lines.push(`  <file name="${xml(name)}">`);
    for (const finding of findings.filter(counts)) {
      const { line, column } = startOf(finding) ?? { line: 1, column: 1 };
      const words = `severity="${WORDS[finding.severity]}" message="${xml(finding.message)}" source="${xml(finding.rule)}"`;
      lines.push(`    <error line="${line}" column="${column}" ${words}/>`);
    }
    lines.push("  </file>");
  }
  return `${[...lines, "</checkstyle>"].join("\n")}\n`;
}
