// A verdict as words for people: what it came to, how much of what, the worst findings with what to do. Pure.

import type { KeptFinding, Verdict } from "./types.ts";

/** Findings that are shown unless somebody asks for all. */
export const FEW = 10;

/** What is said of a verdict: this one or the gateway's, which tells the worst findings only. */
export interface SpokenVerdict extends Omit<Pick<Verdict, "result" | "judgedAt" | "counts">, "findings"> {
  readonly profile: string;
  /** Of the advisories, ISO 8601; undefined: nobody scanned. */
  readonly databaseDate: string | undefined;
  /** Seconds since 1970; the image's own time. */
  readonly builtAt?: number | undefined;
  readonly findings: readonly Pick<KeptFinding, "rule" | "severity" | "message" | "hint" | "certainty" | "waived">[];
  readonly release?: Verdict["release"];
}

/** A verdict in the form that is spoken of. */
export function spoken(verdict: Verdict): SpokenVerdict {
  const { result, judgedAt, counts, findings, policy, advisories, release, createdAt } = verdict;
  const facts = { result, judgedAt, counts, findings, profile: policy.profile };
  return {
    ...facts,
    builtAt: createdAt,
    databaseDate: advisories?.date,
    ...(release === undefined ? {} : { release }),
  };
}

/** `accepted by the profile nccs on 2026-11-22; 2 errors, 3 warnings`. */
export function verdictHead({ result, profile, judgedAt, counts }: SpokenVerdict): string {
  return `${result} by the profile ${profile} on ${day(judgedAt)}; ${countWords(counts)}`;
}

/** The counts that are not zero. */
export function countWords(counts: Verdict["counts"]): string {
  const { error, warning, info, style, unknown, waived } = counts;
  const words = [plural(error, "error"), plural(warning, "warning"), plural(info + style, "remark")];
  const more = [unknown > 0 ? `${unknown} unknown` : "", waived > 0 ? `${waived} waived` : ""];
  return [...words, ...more].filter((word) => word !== "").join(", ") || "no findings";
}

/** Lines on a verdict; `most` findings at most. */
export function verdictLines(verdict: SpokenVerdict, most = FEW): readonly string[] {
  const { databaseDate, release, findings } = verdict;
  const shown = findings.slice(0, most);
  const left = totalOf(verdict.counts) - shown.length;
  return [
    verdictHead(verdict),
    databaseDate === undefined ? "not scanned for known flaws" : `advisories of ${databaseDate.slice(0, 10)}`,
    ...(release ? [`released by ${release.by} on ${day(release.at)}: ${release.reason}`] : []),
    ...shown.flatMap(findingLines),
    ...(left > 0 ? [`and ${left} more`] : []),
  ];
}

function findingLines({ rule, severity, message, hint, certainty, waived }: SpokenVerdict["findings"][number]) {
  const weight = waived ? "waived" : certainty === "unknown" ? "unknown" : severity;
  const why = waived ? ` (${waived.by}: ${waived.reason})` : "";
  return [`${weight} ${rule}: ${message}${why}`, ...(hint === undefined || waived ? [] : [`  ${hint}`])];
}

function totalOf({ error, warning, info, style, unknown, waived }: Verdict["counts"]): number {
  return error + warning + info + style + unknown + waived;
}

function plural(count: number, word: string): string {
  return count === 0 ? "" : `${count} ${word}${count === 1 ? "" : "s"}`;
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
