// Every rule's examples are run: those that pass must not be found, those that fail must be, as they say.

import { describe, expect, test } from "vitest";
import type { Example } from "./example.ts";
import { EXAMPLE_FACTS, EXAMPLE_STACK, realizeExample } from "./example-stack.ts";
import { blocks, judgeOperation, judgeOutput, judgeSecret, judgeStack } from "./judgements.ts";
import { PROFILES } from "./profiles/profiles.ts";
import { SPIN } from "./profiles/spin.ts";
import type { AnyRule } from "./rule.ts";
import { RULE_CASES } from "./rule-names.ts";
import { RULES } from "./rules/rules.ts";
import { severityOf } from "./severity.ts";
import type { Finding } from "./types.ts";

function judgeExample(example: Example): readonly Finding[] {
  const { spec, facts, policy } = realizeExample(example);
  if (example.secret) return judgeSecret(example.secret, facts, policy);
  if (example.output) return judgeOutput(example.output, policy);
  if (example.operation)
    return judgeOperation({ action: "upgrade", stack: "rover", tags: {}, ...example.operation }, facts, policy);
  return judgeStack(spec, facts, policy);
}

function found(rule: AnyRule, example: Example): readonly Finding[] {
  return judgeExample(example).filter((finding) => finding.rule === rule.id);
}

describe.each(RULES.map((rule) => [`${rule.id}: ${rule.title}`, rule] as const))("%s", (_, rule) => {
  test("has examples of both kinds", () => {
    expect(rule.passes.length * rule.fails.length).toBeGreaterThan(0);
  });

  test.each(rule.passes.map((example) => [example.shows, example] as const))("passes: %s", (_, example) => {
    expect(found(rule, example)).toEqual([]);
  });

  test.each(rule.fails.map((example) => [example.shows, example] as const))("fails: %s", (_, example) => {
    const [finding, ...more] = found(rule, example);
    const wanted = example.expect ?? {};
    expect(finding).toBeDefined();
    if (!finding) return;
    const name = wanted.case ?? (wanted.certainty === "unknown" ? "unknown" : undefined);
    expect(finding.severity).toBe(wanted.severity ?? severityOf(rule, name, realizeExample(example).policy));
    if (wanted.certainty !== undefined) expect(finding.certainty).toBe(wanted.certainty);
    else expect(finding.certainty).not.toBe("unknown");
    if (wanted.pointer !== undefined) expect(finding.pointer).toBe(wanted.pointer);
    expect(finding.message).toContain(wanted.says ?? "");
    if (name !== undefined) expect(finding.message).toMatch(messagePattern(rule, name));
    for (const { message, hint } of [finding, ...more])
      expect(`${message} ${hint ?? ""}`.replace("{stack}.{file} or {service}.{stack}.{file}", "")).not.toMatch(
        /\{\w+\}/,
      );
  });
});

function messagePattern(rule: AnyRule, name: string): RegExp {
  const template = rule.cases?.[name]?.message ?? (name === "unknown" ? "is not known: {what}" : rule.message);
  const parts = template.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(parts.join(".*"), "s");
}

test("ids and cases are known by name without the rules", () => {
  const cases = RULES.map(({ id, cases = {} }) => [id, [...new Set([...Object.keys(cases), "unknown"])]]);
  expect([...RULE_CASES]).toEqual(cases);
});

test("profiles name rules that there are", () => {
  for (const profile of PROFILES.values())
    for (const name of profile.severities.keys()) {
      const [id = "", inCase = "unknown"] = name.split(":");
      // Practices have no dash in their ids; `practices.test.ts` looks at those.
      if (!id.includes("-")) continue;
      expect(RULE_CASES.get(id)).toContain(inCase);
    }
});

test("ids are not given twice", () => {
  const ids = RULES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("the stack of the examples keeps every rule of Spin", () => {
  expect(judgeStack(EXAMPLE_STACK, EXAMPLE_FACTS, SPIN)).toEqual([]);
});

test("a stack of which nothing is known is not let through", () => {
  const findings = judgeStack(EXAMPLE_STACK, {}, SPIN);
  expect(findings.filter(blocks).map(({ rule }) => rule)).toEqual(["STK-01", "IMG-08", "PRX-03", "OWN-01"]);
  expect(findings.every(({ certainty }) => certainty === "unknown")).toBe(true);
});
