// How bad a flaw is: the words of vendors and the vectors of CVSS (2.0, 3.0, 3.1, 4.0), on one scale.

import * as calculator from "ae-cvss-calculator";
import type { FlawSeverity } from "./types.ts";

// The package is CommonJS: its functions are on the module, or on its default, as the runtime or the bundler has it.
const { fromVector } = (
  "fromVector" in calculator ? calculator : Reflect.get(calculator, "default")
) as typeof calculator;

/** From worst to unknown. */
export const SEVERITIES: readonly FlawSeverity[] = ["critical", "high", "medium", "low", "none", "unknown"];

const WORDS: ReadonlyMap<string, FlawSeverity> = new Map(
  Object.entries({
    critical: "critical",
    important: "high",
    high: "high",
    moderate: "medium",
    medium: "medium",
    low: "low",
    negligible: "low",
    unimportant: "low",
    none: "none",
  } as const),
);

/** The severity that a vendor's word means; undefined for words such as `not yet assigned`. */
export function severityOfWord(word: string): FlawSeverity | undefined {
  // Debian marks guesses with asterisks.
  return WORDS.get(word.toLowerCase().replaceAll("*", "").trim());
}

// What is in another form the library tells the terminal of, in the words of whoever wrote it.
const VECTOR = /^(?:CVSS:(?:3\.[01]|4\.0)\/)?[A-Za-z]{1,3}:[A-Za-z]{1,6}(?:\/[A-Za-z]{1,3}:[A-Za-z]{1,6})*$/;

/** What version 4.0 demands (clause 7). */
const BASE = ["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"];

// Without them the library answers 0, which would be a flaw that does not matter.
function lacksBase(vector: string): boolean {
  return vector.startsWith("CVSS:4.0/") && !BASE.every((metric) => vector.includes(`/${metric}:`));
}

/** The base score of a CVSS vector; undefined when it is none or lacks a metric. */
export function scoreOfVector(vector: string): number | undefined {
  if (vector.length > 300 || !VECTOR.test(vector) || lacksBase(vector)) return undefined;
  try {
    const scored = fromVector(vector);
    const base = scored?.calculateScores(false).base;
    return typeof base === "number" && Number.isFinite(base) ? base : undefined;
  } catch {
    return undefined;
  }
}

/** The severity of a CVSS score, by the scale of CVSS 3 and 4. */
export function severityOfScore(score: number): FlawSeverity {
  if (score >= 9) return "critical";
  if (score >= 7) return "high";
  if (score >= 4) return "medium";
  return score > 0 ? "low" : "none";
}

/** True when `a` is worse than `b`; anything known is worse than unknown. */
export function isWorse(a: FlawSeverity, b: FlawSeverity): boolean {
  return SEVERITIES.indexOf(a) < SEVERITIES.indexOf(b);
}

/** True when `severity` is at least `least`; unknown counts as medium, since nobody has said that it is less. */
export function reaches(severity: FlawSeverity, least: FlawSeverity): boolean {
  return !isWorse(least, severity === "unknown" ? "medium" : severity);
}
