// What a run of the checks found, ready to be written in any format. Plain data; knows no format and no file system.

import type { SourceText } from "../base/source.ts";
import type { QuietFinding } from "../policy/ignores/apply-ignores.ts";
import type { Finding, Severity } from "../policy/types.ts";

/** A file or an image, and what was found of it. */
export interface CheckedThing {
  /** Path as people gave it, or a reference. */
  readonly name: string;
  /** Undefined: no text (an image, a host). */
  readonly source: SourceText | undefined;
  /** In the order in which they are shown; those that somebody waived, too. */
  readonly findings: readonly Finding[];
  readonly quiet: readonly QuietFinding[];
  /** Ids of the rules that were asked: what is not found of these is in order. */
  readonly asked: readonly string[];
  /** What is known of an image beside its findings. */
  readonly about?: Readonly<Record<string, string | number>> | undefined;
}

/** What formats say of a rule. */
export interface RuleWords {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly source: string;
  readonly severity: Severity;
  readonly peers: readonly string[];
  readonly controls: readonly string[];
}

/** A run. */
export interface Report {
  /** Of berth. */
  readonly version: string;
  readonly profile: string;
  readonly things: readonly CheckedThing[];
  readonly rules: ReadonlyMap<string, RuleWords>;
}

/** How many findings of each weight count, and how many do not. */
export interface Counts {
  readonly error: number;
  readonly warning: number;
  readonly info: number;
  readonly style: number;
  /** Facts were missing: neither passed nor failed. */
  readonly unknown: number;
  readonly waived: number;
}

/** Counts findings; what is unknown or waived counts as that alone. */
export function countsOf(findings: readonly Finding[]): Counts {
  const counts = { error: 0, warning: 0, info: 0, style: 0, unknown: 0, waived: 0 };
  for (const finding of findings) counts[classOf(finding)]++;
  return counts;
}

/** What a finding is counted as. */
export function classOf({ severity, certainty, waived }: Finding): keyof Counts {
  if (waived) return "waived";
  return certainty === "unknown" ? "unknown" : severity;
}
