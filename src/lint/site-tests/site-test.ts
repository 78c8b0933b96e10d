// A site's own examples (`berth policy test DIR`): texts, and what is to be found in them. Keeps a configuration honest as it grows.

import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type Static, Type } from "typebox";
import { positionOf } from "../../base/source.ts";
import { fitsGlob } from "../../policy/glob.ts";
import type { Finding } from "../../policy/types.ts";
import { parseConfigDocument } from "../../site/config-document.ts";
import { findings } from "../../site/findings.ts";
import type { Misfit } from "../../site/misfit.ts";
import { placeIn } from "../../site/place.ts";
import { about, closed, optional, text, words } from "../../site/schema-words.ts";
import { demandRule } from "../../site/services/rule-ids.ts";
import { misfits } from "../../site/shape.ts";
import { configError } from "../config/read-layer.ts";
import type { Rulings } from "../config/rulings.ts";
import { cannotRead, readSource } from "../files/read-source.ts";
import { lintDocument } from "../lint-document.ts";
import { classOf } from "../report.ts";

const wanted = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Object(
    {
      rule: Type.String({ minLength: 1, ...about("id of a rule; * stands for anything") }),
      line: optional(Type.Integer({ minimum: 1, ...about("line of its place") })),
      severity: optional(words("its weight", "error", "warning", "info", "style")),
    },
    closed,
  ),
]);

const testCase = Type.Object(
  {
    name: Type.String({ minLength: 1, ...about("what it shows") }),
    file: text("the text, as a file beside this one", "./Dockerfile.old"),
    text: text("the text itself"),
    kind: optional(words("what the text is", "dockerfile", "definition", "compose", "script")),
    finds: optional(Type.Array(wanted, about("rules that must find something"))),
    lacks: optional(Type.Array(Type.String(), about("rules that must not"))),
    exactly: optional(Type.Array(wanted, about("rules that must find something, and no other may"))),
  },
  closed,
);

/** What may stand in a file of examples. */
export const TEST_SCHEMA = Type.Object({ cases: Type.Array(testCase, { minItems: 1 }) }, closed);

type TestCase = Static<typeof testCase>;
type Wanted = Static<typeof wanted>;

/** An example after it was run. */
export interface TestResult {
  readonly file: string;
  readonly name: string;
  /** Why it fails; empty: it passes. */
  readonly failures: readonly string[];
}

/** Runs the examples of all YAML files below a folder. @throws E_LINT_READ, E_LINT_CONFIG */
export async function runSiteTests(folder: string, rulings: Rulings): Promise<readonly TestResult[]> {
  const names = await readdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw cannotRead(folder, cause);
  });
  const results: TestResult[] = [];
  for (const name of names.filter((one) => /\.test\.ya?ml$/.test(one)).sort())
    results.push(...(await runFile(join(folder, name), rulings)));
  return results;
}

async function runFile(path: string, rulings: Rulings): Promise<readonly TestResult[]> {
  const source = await readSource(path);
  const document = await parseConfigDocument(source, "yaml");
  if (document.problems.length > 0) throw configError(source, document.problems);
  const found = misfits(TEST_SCHEMA, document.value);
  if (found.length > 0) throw configError(source, found.map(placeIn(document)));
  const { cases } = document.value as Static<typeof TEST_SCHEMA>;
  const strange = await strangeNames(cases, path, rulings);
  if (strange.length > 0) throw configError(source, strange.map(placeIn(document)));
  return Promise.all(
    cases.map(async (one) => ({ file: path, name: one.name, failures: await run(one, path, rulings) })),
  );
}

// A misspelt name below `lacks` would pass for ever.
async function strangeNames(cases: readonly TestCase[], path: string, rulings: Rulings): Promise<readonly Misfit[]> {
  const found = findings();
  for (const [index, one] of cases.entries()) {
    const { practices } = await rulings.rulingOf(placeOf(one, path));
    const own = practices.map(({ id }) => id);
    for (const key of ["finds", "lacks", "exactly"] as const)
      for (const [at, wish] of (one[key] ?? []).entries()) {
        const name = typeof wish === "string" ? wish : wish.rule;
        if (own.some((id) => fitsGlob(name, id))) continue;
        demandRule(name, ["cases", index, key, at, ...(typeof wish === "string" ? [] : ["rule"])], found);
      }
  }
  return found.problems;
}

const NAMES = { dockerfile: "Dockerfile", definition: "image.def", compose: "compose.yaml", script: "job.sh" } as const;

async function run(one: TestCase, path: string, rulings: Rulings): Promise<readonly string[]> {
  const place = placeOf(one, path);
  const source = one.text === undefined ? await readSource(place) : { name: place, text: one.text };
  const { policy, practices } = await rulings.rulingOf(place);
  const linted = lintDocument(source, { policy, practices, kind: one.kind, facts: { now: Date.now() / 1000 } });
  const counting = linted.findings.filter((finding) => !["unknown", "waived"].includes(classOf(finding)));
  return failuresOf(one, counting);
}

function placeOf({ file, kind }: TestCase, path: string): string {
  return resolve(dirname(path), file ?? NAMES[kind ?? "dockerfile"]);
}

function failuresOf({ finds = [], lacks = [], exactly }: TestCase, findings: readonly Finding[]): readonly string[] {
  const missing = [...finds, ...(exactly ?? [])].filter((one) => !findings.some((finding) => isWanted(one, finding)));
  const unwanted = findings.filter(
    (finding) =>
      lacks.some((rule) => fitsGlob(rule, finding.rule)) ||
      (exactly !== undefined && !exactly.some((one) => isWanted(one, finding))),
  );
  return [
    ...missing.map((one) => `not found: ${typeof one === "string" ? one : JSON.stringify(one)}`),
    ...unwanted.map((finding) => `found: ${finding.rule} in line ${lineOf(finding) ?? "-"}: ${finding.message}`),
  ];
}

function isWanted(one: Wanted, finding: Finding): boolean {
  const { rule, line, severity }: Exclude<Wanted, string> = typeof one === "string" ? { rule: one } : one;
  if (!fitsGlob(rule, finding.rule)) return false;
  return (line === undefined || line === lineOf(finding)) && (severity === undefined || severity === finding.severity);
}

function lineOf({ place }: Finding): number | undefined {
  return place && positionOf(place.source.text, place.range.start).line;
}
