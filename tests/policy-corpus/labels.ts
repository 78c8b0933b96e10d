// Reads the corpus: recipes and what people said of them before the rules were written. Knows no rule.

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import type { SourceText } from "../../src/base/source.ts";

/** One thing that is wrong with a recipe, or may be taken as wrong. */
export interface Label {
  readonly rule: string;
  /** First and last line that a finding may point to, from 1; undefined: the file as a whole. */
  readonly lines: readonly [first: number, last: number] | undefined;
  readonly why: string;
}

/** A recipe with its labels. */
export interface LabelledRecipe {
  readonly source: SourceText;
  readonly profile: string;
  /** Nothing is wrong with it: every finding is a false alarm. */
  readonly clean: boolean;
  readonly findings: readonly Label[];
  /** Defensible either way: neither missed nor false. */
  readonly may: readonly Label[];
  /** Rules of class `opt` are not labelled, and count neither way. */
  readonly withoutOptional: boolean;
}

const FOLDER = join(import.meta.dirname, "recipes");
const ENDING = ".labels.yaml";

/** All recipes of the corpus by name; throws where a recipe has no labels, or labels have no recipe or no sense. */
export function readCorpus(): readonly LabelledRecipe[] {
  const files = readdirSync(FOLDER).sort();
  const recipes = files.filter((file) => !file.endsWith(ENDING));
  const described = files.filter((file) => file.endsWith(ENDING));
  const alone = described.find((file) => !recipes.some((recipe) => stemOf(recipe) === basename(file, ENDING)));
  if (alone !== undefined) throw new Error(`${alone}: there is no such recipe`);
  return recipes.map((file) => {
    const text = readFileSync(join(FOLDER, file), "utf8");
    const labels = readFileSync(join(FOLDER, stemOf(file) + ENDING), "utf8");
    return readLabels({ name: file, text }, labels);
  });
}

function stemOf(file: string): string {
  return file.replace(/\.(Dockerfile|def|compose\.yaml|sbatch|sh)$/, "");
}

/** A recipe with the labels that a file says; throws where that has no sense. */
export function readLabels(source: SourceText, written: string): LabelledRecipe {
  const wrong = (what: string): never => {
    throw new Error(`labels of ${source.name}: ${what}`);
  };
  const document: unknown = parse(written);
  if (!isRecord(document)) return wrong("not a map");
  const { profile, clean = false, findings, may } = document;
  if (typeof profile !== "string" || !["generic", "nccs", "spin"].includes(profile)) return wrong("unknown profile");
  if (typeof clean !== "boolean" || !Array.isArray(findings) || !Array.isArray(may)) return wrong("parts are missing");
  const count = source.text.split("\n").length;
  const label = (value: unknown) => readLabel(value, count) ?? wrong(`not a label: ${JSON.stringify(value)}`);
  const read = {
    source,
    profile,
    clean,
    findings: findings.map(label),
    may: may.filter((value) => value !== "opt").map(label),
    withoutOptional: may.includes("opt"),
  };
  if (clean && read.findings.length + may.length > 0) return wrong("a clean recipe has labels");
  return read;
}

function readLabel(value: unknown, count: number): Label | undefined {
  if (!isRecord(value)) return undefined;
  const { rule, line, lines, why, ...rest } = value;
  if (typeof rule !== "string" || typeof why !== "string" || Object.keys(rest).length > 0) return undefined;
  if (line === undefined && lines === undefined) return { rule, lines: undefined, why };
  const [first, last] = Array.isArray(lines) ? lines : [line, line];
  const inside = [first, line, last].every((n) => typeof n === "number" && n >= 1 && n <= count);
  return inside && first <= Number(line) && Number(line) <= last ? { rule, lines: [first, last], why } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
