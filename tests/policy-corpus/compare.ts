// Holds findings against labels: what was missed, what is a false alarm, and what share that is. Pure.

import type { Label, LabelledRecipe } from "./labels.ts";

/** A finding, as far as labels go. */
export interface Found {
  readonly rule: string;
  /** First and last line, from 1; undefined: about the file as a whole. */
  readonly lines: readonly [first: number, last: number] | undefined;
  readonly message: string;
}

/** What came of one recipe. */
export interface Comparison {
  readonly recipe: LabelledRecipe;
  /** Labels that a finding stands for. */
  readonly met: readonly Label[];
  readonly missed: readonly Label[];
  readonly falseAlarms: readonly Found[];
}

// Rules of class `opt` in the catalogue (spec/policy.md 1.2 to 1.12).
const OPTIONAL: ReadonlySet<string> = new Set([
  ...["APP004", "BAS006", "DOC005", "LAY010", "LAY011", "LIC003", "LIC004", "PKG013", "PKG014", "PKG023", "PKG025"],
  ...["PRC008", "RUN010", "RUN011", "RUN014", "SIG001", "SRC004", "STR010", "STR015", "STR018", "USR007"],
]);

/** Findings of one recipe against its labels. Several findings may stand for one label, and one for several. */
export function compare(recipe: LabelledRecipe, all: readonly Found[]): Comparison {
  const counted = all.filter(({ rule }) => isOfCatalogue(rule) && !(recipe.withoutOptional && OPTIONAL.has(rule)));
  const isMet = (label: Label) => counted.some((found) => fits(label, found));
  const isAllowed = (found: Found) => [...recipe.findings, ...recipe.may].some((label) => fits(label, found));
  return {
    recipe,
    met: recipe.findings.filter(isMet),
    missed: recipe.findings.filter((label) => !isMet(label)),
    falseAlarms: distinct(counted.filter((found) => !isAllowed(found))),
  };
}

// What other engines and the program itself say (SC2086, IGN001) is not of the catalogue's 176.
const CATALOGUE =
  /^(APP|BAS|DAE|DOC|ENV|FSP|LAY|LIC|LOC|LOG|MNT|NAM|NET|PKG|PRC|PTH|REG|RUN|SEC|SIG|SRC|STR|TAG|TOO|USR|VUL)\d{3}$/;

function isOfCatalogue(rule: string): boolean {
  return CATALOGUE.test(rule);
}

function fits(label: Label, found: Found): boolean {
  if (label.rule !== found.rule) return false;
  if (label.lines === undefined || found.lines === undefined) return true;
  return label.lines[0] <= found.lines[1] && found.lines[0] <= label.lines[1];
}

/** One finding per rule and first line: five packages in one line are one alarm. */
function distinct(found: readonly Found[]): readonly Found[] {
  return [...new Map(found.map((one) => [`${one.rule}:${one.lines?.[0]}`, one])).values()];
}

export interface Score {
  readonly labels: number;
  readonly recall: number;
  readonly precision: number;
}

/** Shares over all recipes; 1 where there is nothing to share. */
export function scoreOf(comparisons: readonly Comparison[]): Score {
  const sum = (count: (one: Comparison) => number) => comparisons.reduce((total, one) => total + count(one), 0);
  const met = sum((one) => one.met.length);
  const labels = met + sum((one) => one.missed.length);
  const alarms = met + sum((one) => one.falseAlarms.length);
  return { labels, recall: labels === 0 ? 1 : met / labels, precision: alarms === 0 ? 1 : met / alarms };
}

/** Every miss and every false alarm, a line each, in columns; empty when there is none. */
export function tableOf(comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap(({ recipe, missed, falseAlarms }) => {
    const row = (what: string, rule: string, lines: Found["lines"], text: string) => [
      what,
      rule,
      `${recipe.source.name}:${lines?.[0] ?? ""}${recipe.clean ? " (clean)" : ""}`,
      text,
    ];
    return [
      ...missed.map(({ rule, lines, why }) => row("missed", rule, lines, why)),
      ...falseAlarms.map(({ rule, lines, message }) => row("false", rule, lines, message)),
    ];
  });
  const width = (column: number) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0));
  const widths = [0, 1, 2].map(width);
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).join("\n");
}
