// Every practice's examples are run: those that pass must not be found, those that fail must be, as they say; and what a fix makes
// of a text must be read, must not be found again, and must find nothing new.

import { describe, expect, test } from "vitest";
import { positionOf } from "../base/source.ts";
import { applyFixes } from "./apply-fixes.ts";
import type { Practice, PracticeExample } from "./practice.ts";
import { documentOf, judgeExample, policyOfExample } from "./practice-example.ts";
import { PRACTICES } from "./practices/practices.ts";
import { RULES } from "./rules/rules.ts";
import { severityOf } from "./severity.ts";
import type { Finding } from "./types.ts";

function found(practice: Practice, example: PracticeExample): readonly Finding[] {
  const policy = policyOfExample(practice, example);
  // Compose files are judged by the rules of stacks, too.
  return judgeExample(example, policy, [practice]).filter(({ rule }) => rule === practice.id);
}

describe.each(PRACTICES.map((one) => [`${one.id}: ${one.title}`, one] as const))("%s", (_, practice) => {
  test("has examples of both kinds", () => {
    expect(practice.passes.length * practice.fails.length).toBeGreaterThan(0);
  });

  test.each(practice.passes.map((example) => [example.shows, example] as const))("passes: %s", (_, example) => {
    expect(found(practice, example)).toEqual([]);
  });

  test.each(practice.fails.map((example) => [example.shows, example] as const))("fails: %s", (_, example) => {
    const findings = found(practice, example);
    expectFinding(practice, example, findings);
    for (const { message, hint } of findings) expect(`${message} ${hint ?? ""}`).not.toMatch(/(?<!\$|\{)\{\w+\}(?!\})/);
  });

  const fixed = practice.fails.filter((example) => found(practice, example).some(({ fix }) => fix !== undefined));
  test.runIf(fixed.length > 0).each(fixed.map((example) => [example.shows, example] as const))(
    "mends: %s",
    (_, example) => {
      expectMended(practice, example);
    },
  );
});

function expectFinding(practice: Practice, example: PracticeExample, findings: readonly Finding[]): void {
  const [finding] = findings;
  const wanted = example.expect ?? {};
  expect(finding).toBeDefined();
  if (!finding) return;
  const name = wanted.case ?? (wanted.certainty === "unknown" ? "unknown" : undefined);
  expect(finding.severity).toBe(wanted.severity ?? severityOf(practice, name, policyOfExample(practice, example)));
  if (wanted.certainty !== undefined) expect(finding.certainty).toBe(wanted.certainty);
  else expect(finding.certainty).not.toBe("unknown");
  expect(finding.message).toContain(wanted.says ?? "");
  if (wanted.line !== undefined) expect(lineOf(finding)).toBe(wanted.line);
  if (documentOf(example) && wanted.certainty !== "unknown") expect(finding.place).toBeDefined();
}

function lineOf({ place }: Finding): number | undefined {
  return place && positionOf(place.source.text, place.range.start).line;
}

function expectMended(practice: Practice, example: PracticeExample): void {
  const document = documentOf(example);
  if (!document) return;
  const policy = policyOfExample(practice, example);
  const before = judgeExample(example, policy, PRACTICES);
  const fixes = found(practice, example).flatMap(({ fix }) => fix ?? []);
  const { text } = applyFixes(document.text, fixes);
  const after = judgeExample({ ...example, [KEYS[document.kind]]: text }, policy, PRACTICES);
  if (example.expect?.fixed !== undefined) expect(text).toBe(example.expect.fixed);
  expect(after.filter(({ rule, fix }) => rule === practice.id && fix)).toEqual([]);
  const count = (findings: readonly Finding[], rule: string) => findings.filter((one) => one.rule === rule).length;
  const fresh = after.filter(({ rule }) => count(after, rule) > count(before, rule));
  expect(fresh.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
}

const KEYS = { dockerfile: "dockerfile", definition: "definition", compose: "compose", script: "run" } as const;

test("ids are not given twice", () => {
  const ids = PRACTICES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("a practice that offers fixes says how safe they are", () => {
  for (const practice of PRACTICES)
    for (const example of practice.fails)
      for (const { fix } of found(practice, example)) if (fix) expect(practice.fix).toBeDefined();
});

test("counterparts are rules of stacks", () => {
  const rules = new Set(RULES.map(({ id }) => id));
  expect(PRACTICES.flatMap(({ counterparts = [] }) => counterparts).filter((id) => !rules.has(id))).toEqual([]);
});
