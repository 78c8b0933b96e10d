// The rules as rows of a handbook: what each says under a policy, why, and what passes and fails. For `/v2/policy/rules`, the web
// and docs/service-rules.md.

import type { PolicyConfig } from "./config.ts";
import { GENERIC } from "./profiles/generic.ts";
import type { AnyRule } from "./rule.ts";
import { RULES } from "./rules/rules.ts";
import { severityOf } from "./severity.ts";
import type { Severity } from "./types.ts";

/** One rule for people. Messages have their `{fields}` unfilled. */
export interface RuleRow {
  readonly id: string;
  readonly title: string;
  /** What it looks at: `service`, `mount`, … */
  readonly object: string;
  readonly severity: Severity | "off";
  readonly class: "required" | "recommended" | "optional";
  readonly certainty: "certain" | "likely";
  readonly message: string;
  readonly hint: string | undefined;
  readonly why: string;
  readonly source: string;
  /** Weight of the verdict when facts are missing. */
  readonly unknown: Severity | "off";
  readonly cases: readonly { readonly name: string; readonly severity: Severity | "off"; readonly message: string }[];
  readonly passes: readonly string[];
  readonly fails: readonly string[];
}

/** Every rule, with the weights that it has under the policy. */
export function explainRules(policy: PolicyConfig = GENERIC): readonly RuleRow[] {
  return RULES.map((rule) => explainRule(rule, policy));
}

function explainRule(rule: AnyRule, policy: PolicyConfig): RuleRow {
  const { id, title, certainty, message, hint, why, source, cases = {} } = rule;
  return {
    ...{ id, title, certainty, message, hint, why, source },
    object: rule.on,
    class: rule.class,
    severity: severityOf(rule, undefined, policy),
    unknown: severityOf(rule, "unknown", policy),
    cases: Object.entries(cases).map(([name, one]) => ({
      name,
      severity: severityOf(rule, name, policy),
      message: one.message ?? message,
    })),
    passes: rule.passes.map(({ shows }) => shows),
    fails: rule.fails.map(({ shows }) => shows),
  };
}
