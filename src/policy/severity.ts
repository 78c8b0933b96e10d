// How much a finding weighs: the site's word on the case, on the rule, then the rule's own.

import type { PolicyConfig } from "./config.ts";
import type { RuleCase } from "./rule.ts";
import type { Severity } from "./types.ts";

/** What a rule or a practice says of its own weight. */
export interface Weighed {
  readonly id: string;
  readonly severity: Severity;
  readonly unknown?: Severity | undefined;
  readonly cases?: Readonly<Record<string, RuleCase>> | undefined;
}

/** The weight of a rule's case (undefined: the plain one) under a policy. */
export function severityOf(rule: Weighed, name: string | undefined, policy: PolicyConfig): Severity | "off" {
  const whole = policy.severities.get(rule.id);
  if (whole === "off") return "off";
  if (name === undefined) return whole ?? rule.severity;
  const own = policy.severities.get(`${rule.id}:${name}`);
  if (own !== undefined) return own;
  // What is not known weighs no more than what is.
  if (name === "unknown") return lighter(rule.unknown ?? "info", whole ?? rule.severity);
  return rule.cases?.[name]?.severity ?? whole ?? rule.severity;
}

const ORDER: readonly Severity[] = ["style", "info", "warning", "error"];

function lighter(one: Severity, other: Severity): Severity {
  return ORDER.indexOf(one) < ORDER.indexOf(other) ? one : other;
}

/** Severities by weight, the heaviest last. */
export function weightOf(severity: Severity): number {
  return ORDER.indexOf(severity);
}
