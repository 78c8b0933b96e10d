// The report for people: by file, each finding with its lines, what to do, and the edit where there is one; a summary at the end.

import { codeFrame } from "../../base/source.ts";
import type { Finding, Severity } from "../../policy/types.ts";
import { startOf } from "../fingerprint.ts";
import { type CheckedThing, type Counts, classOf, countsOf, type Report } from "../report.ts";
import type { Layout } from "./format.ts";

const COLORS: Readonly<Record<keyof Counts, string>> = {
  ...{ error: "31", warning: "33", info: "36", style: "35", unknown: "90", waived: "90" },
};

type Paint = (code: string, text: string) => string;

/** The report as lines for a terminal. */
export function ttyReport({ things, profile }: Report, { color }: Layout): string {
  const paint: Paint = (code, text) => (color ? `\x1b[${code}m${text}\x1b[0m` : text);
  const shown = things.filter(({ findings }) => findings.length > 0);
  const parts = shown.map((thing) => thingText(thing, paint));
  return `${[...parts, summary(things, profile, paint)].join("\n")}\n`;
}

function thingText(thing: CheckedThing, paint: Paint): string {
  const lines = [paint("1", thing.name)];
  const unknown = thing.findings.filter((finding) => classOf(finding) === "unknown");
  for (const finding of thing.findings) if (classOf(finding) !== "unknown") lines.push(...findingText(finding, paint));
  if (unknown.length > 0) lines.push("", ...unknownText(unknown, paint));
  return `${lines.join("\n")}\n`;
}

function findingText(finding: Finding, paint: Paint): readonly string[] {
  const { rule, message, hint, place, fix, waived, certainty } = finding;
  const start = startOf(finding);
  const word = classOf(finding);
  const where = start ? `${start.line}:${start.column} ` : "";
  const sure = certainty === "likely" ? " (likely)" : certainty === "person" ? " (a person has to look)" : "";
  const lines = ["", `  ${where}${paint(COLORS[word], word)}  ${message}${sure}  ${paint("90", rule)}`];
  if (place && !waived)
    lines.push(
      ...codeFrame(place)
        .split("\n")
        .map((line) => paint("90", `    ${line}`)),
    );
  if (waived) lines.push(`    waived by ${waived.by}: ${waived.reason}${untilText(waived.until)}`);
  else if (hint) lines.push(`    ${paint("32", "do:")} ${hint}`);
  if (fix && !waived) lines.push(`    ${paint("32", fix.safe ? "--fix:" : "--unsafe-fixes:")} ${fix.title}`);
  return lines;
}

function untilText(until: number | null): string {
  return until === null ? "" : ` (until ${new Date(until * 1000).toISOString().slice(0, 10)})`;
}

// What is not known is told in few words: it is nobody's mistake, but nobody's pass either.
function unknownText(findings: readonly Finding[], paint: Paint): readonly string[] {
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  return [`  ${paint(COLORS.unknown, "not known")}  ${rules.join(" ")}: facts are missing (--strict counts them)`];
}

function summary(things: readonly CheckedThing[], profile: string, paint: Paint): string {
  const counts = countsOf(things.flatMap(({ findings }) => findings));
  const quiet = things.reduce((sum, thing) => sum + thing.quiet.length, 0);
  const words = (["error", "warning", "info", "style"] as const).flatMap((word) =>
    countText(word, counts[word], paint),
  );
  const more = [
    ...(counts.unknown > 0 ? [`${counts.unknown} not known`] : []),
    ...(counts.waived > 0 ? [`${counts.waived} waived`] : []),
    ...(quiet > 0 ? [`${quiet} ignored`] : []),
  ];
  const found = words.length === 0 ? [paint("32", "nothing found")] : words;
  return `${lookedAt(things)}, profile ${profile}: ${[...found, ...more].join(", ")}`;
}

// Of an image that was looked at, the texts beside it are the definitions that lie in images.
function lookedAt(things: readonly CheckedThing[]): string {
  const images = things.filter(({ about }) => about !== undefined).length;
  const texts = things.length - images;
  if (images === 0) return counted(texts, "file");
  return texts === 0 ? counted(images, "image") : `${counted(images, "image")} and ${counted(texts, "definition")}`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function countText(word: Severity, count: number, paint: Paint): readonly string[] {
  if (count === 0) return [];
  const plural = word === "error" || word === "warning" ? `${word}s` : word;
  return [paint(COLORS[word], `${count} ${count === 1 ? word : plural}`)];
}
