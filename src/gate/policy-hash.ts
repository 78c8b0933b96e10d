// The name of a set of rules: whatever changes what a verdict says changes it.

import { createHash } from "node:crypto";
import type { PolicyConfig } from "../policy/config.ts";
import type { Practice } from "../policy/practice.ts";
import { PRACTICES } from "../policy/practices/practices.ts";
import { canonicalText } from "./canonical.ts";

/** SHA-256 over all tables, over which practices there are, with what they weigh, and over whose signatures count; in hex. */
export function policyHash(
  policy: PolicyConfig,
  practices: readonly Practice[] = PRACTICES,
  signers: readonly string[] = [],
): string {
  const rules = practices.map(({ id, severity, class: demand, certainty }) => [id, severity, demand, certainty]);
  return createHash("sha256")
    .update(canonicalText({ form: 1, policy, rules, ...(signers.length > 0 ? { signers } : {}) }))
    .digest("hex");
}
