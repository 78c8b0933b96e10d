// The linter over recipes that people labelled before its rules were written (issue 7, section 5). See README.md.

import { describe, expect, test } from "vitest";
import { positionOf } from "../../src/base/source.ts";
import { lintText } from "../../src/policy/lint-text.ts";
import { PRACTICES } from "../../src/policy/practices/practices.ts";
import type { Finding } from "../../src/policy/types.ts";
import { compare, type Found, scoreOf, tableOf } from "./compare.ts";
import { type LabelledRecipe, readCorpus } from "./labels.ts";
import { policyOf } from "./site.ts";

const NOW = Date.UTC(2026, 10, 22) / 1000;

const recipes = readCorpus();
const comparisons = recipes.map((recipe) => compare(recipe, lint(recipe)));

describe("the corpus", () => {
  test("is large and varied", () => {
    const ending = (end: string) => recipes.filter(({ source }) => source.name.endsWith(end)).length;
    expect(ending(".Dockerfile")).toBeGreaterThanOrEqual(36);
    expect(ending(".def")).toBeGreaterThanOrEqual(16);
    expect(ending(".compose.yaml")).toBeGreaterThanOrEqual(6);
    expect(ending(".sbatch") + ending(".sh")).toBeGreaterThanOrEqual(8);
    expect(recipes.filter(({ clean }) => clean).length).toBeGreaterThanOrEqual(12);
  });

  test("names only practices that there are", () => {
    const known = new Set(PRACTICES.map(({ id }) => id));
    const named = new Set(recipes.flatMap(({ findings, may }) => [...findings, ...may].map(({ rule }) => rule)));
    expect([...named].filter((rule) => !known.has(rule))).toEqual([]);
  });

  test("gives no false alarm in clean recipes", () => {
    expect(tableOf(comparisons.filter(({ recipe }) => recipe.clean))).toBe("");
  });

  test("is found with a recall of 0.98 and a precision of 0.97", () => {
    const { labels, recall, precision } = scoreOf(comparisons);
    const summary = `${labels} labels, recall ${recall.toFixed(3)}, precision ${precision.toFixed(3)}`;
    if (recall < 0.98 || precision < 0.97) expect.fail(`${summary}\n${tableOf(comparisons)}`);
  });
});

function lint({ source, profile }: LabelledRecipe): readonly Found[] {
  return lintText(source, { policy: policyOf(profile), facts: { now: NOW } }).flatMap((finding) =>
    finding.certainty === "unknown" ? [] : [foundOf(finding)],
  );
}

function foundOf({ rule, message, place }: Finding): Found {
  if (place === undefined) return { rule, lines: undefined, message };
  const { source, range } = place;
  const line = (offset: number) => positionOf(source.text, offset).line;
  return { rule, lines: [line(range.start), line(Math.max(range.start, range.end - 1))], message };
}
