// Findings of practices about machines and places, which have no text to show, as lines for a person.

import type { Finding } from "../policy/types.ts";

/** What a practice found that nobody allowed: neither waived nor unknown. */
export function isStanding({ certainty, waived }: Finding): boolean {
  return certainty !== "unknown" && !waived;
}

/** Its weight, name and words, and what to do, each with its end of line. */
export function practiceLines(finding: Finding): string {
  const { rule, message, hint, waived } = finding;
  const cure = hint === undefined || waived ? "" : `  ${hint}\n`;
  return `${weightWord(finding)} ${rule}: ${message}\n${cure}`;
}

/** `2 warnings, 1 unknown`; in the order of the findings. */
export function practiceCounts(findings: readonly Finding[]): string {
  const counts = new Map<string, number>();
  for (const finding of findings) counts.set(weightWord(finding), (counts.get(weightWord(finding)) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}${count > 1 && PLURAL.has(word) ? "s" : ""}`).join(", ");
}

const PLURAL = new Set(["error", "warning"]);

function weightWord({ severity, certainty, waived }: Finding): string {
  if (waived) return "waived";
  return certainty === "unknown" ? "unknown" : severity;
}
