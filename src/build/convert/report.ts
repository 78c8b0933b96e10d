// What became of each part of a recipe: kept exactly, nearly, or not at all, with the lines on both sides. Data, and the
// two forms in which it is shown. Knows nothing of either language.

import { positionOf, type Range } from "../../base/source.ts";

/** How well a part survived. */
export type Fidelity = "exact" | "approximated" | "dropped";

/** First and last line, counted from 1. */
export interface Lines {
  readonly first: number;
  readonly last: number;
}

/** One part of the original recipe and what became of it. */
export interface ReportRow {
  readonly source: Lines;
  /** The part in one line, such as `RUN make`. */
  readonly what: string;
  readonly fidelity: Fidelity;
  /** Why it is not exact, and what to do; also remarks on exact ones. */
  readonly notes: readonly string[];
  /** Where it is found in the converted recipe. */
  readonly targets: readonly Lines[];
}

/** A converted recipe. */
export interface Conversion {
  readonly language: "definition" | "dockerfile";
  readonly text: string;
  /** In the order of the original. */
  readonly rows: readonly ReportRow[];
  /** Names of given build arguments that the recipe does not have. */
  readonly unused: readonly string[];
}

const ORDER: readonly Fidelity[] = ["exact", "approximated", "dropped"];

/** The lesser of two. */
export function lesser(a: Fidelity, b: Fidelity): Fidelity {
  return ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b;
}

/** The worst of all rows. */
export function worstOf(rows: readonly ReportRow[]): Fidelity {
  return rows.reduce<Fidelity>((worst, { fidelity }) => lesser(worst, fidelity), "exact");
}

/** The exit status that says how well a recipe was converted: 0, 3 or 4. */
export function exitStatus(worst: Fidelity): number {
  return { exact: 0, approximated: 3, dropped: 4 }[worst];
}

/** The lines that a part of a text takes. */
export function linesOf(text: string, { start, end }: Range): Lines {
  return { first: positionOf(text, start).line, last: positionOf(text, Math.max(start, end - 1)).line };
}

const WIDEST = 60;

/** The report as a table for people; every note stands on a line of its own. */
export function reportTable({ rows, unused }: Conversion): string {
  const lines = rows.flatMap(({ source, what, fidelity, notes, targets }) => [
    `${span(source).padStart(7)}  ${fidelity.padEnd(12)}  ${shortened(what).padEnd(WIDEST)}  ${targets.map(span).join(", ")}`.trimEnd(),
    ...notes.map((note) => `${" ".repeat(9)}- ${note}`),
  ]);
  const counts = ORDER.map((kind) => `${rows.filter(({ fidelity }) => fidelity === kind).length} ${kind}`);
  const head = `${"line".padStart(7)}  ${"".padEnd(12)}  ${"".padEnd(WIDEST)}  new line`;
  const surplus = unused.map((name) => `the recipe has no build argument ${name}`);
  return `${[head, ...lines, counts.join(", "), ...surplus].join("\n")}\n`;
}

function span({ first, last }: Lines): string {
  return first === last ? String(first) : `${first}-${last}`;
}

function shortened(text: string): string {
  const flat = text.replace(/\s+/g, " ");
  return flat.length > WIDEST ? `${flat.slice(0, WIDEST - 1)}…` : flat;
}
