// The policy's verdicts: on a stack, a secret, an image's name, an operation, text that leaves. All are pure: what has to be known
// comes in as facts (`needed-facts.ts` says which). Findings of weight `error` that nobody waived are to keep the thing from
// happening; see `blocks`.

import type { Located } from "../base/source.ts";
import type { StackSpec } from "../recipe/stack/types.ts";
import type { PolicyConfig } from "./config.ts";
import type { StackFacts } from "./facts.ts";
import { judge } from "./judge.ts";
import { RULES } from "./rules/rules.ts";
import { weightOf } from "./severity.ts";
import { loneImage, partsOf } from "./stack-subjects.ts";
import type { OperationInput, OutputInput, SecretInput } from "./subjects.ts";
import { tagOf } from "./tags.ts";
import type { Finding } from "./types.ts";

/** Everything the rules say of a stack that `facts.actor` wants to bring up, the heaviest first. */
export function judgeStack(
  spec: StackSpec,
  facts: StackFacts,
  policy: PolicyConfig,
  places?: ReadonlyMap<string, Located>,
): readonly Finding[] {
  const parts = partsOf(spec, facts, policy);
  const judging = { rules: RULES, places };
  const findings = [
    ...judge("stack", parts.stack, judging),
    ...judge("service", parts.service, judging),
    ...judge("image", parts.image, judging),
    ...judge("build", parts.build, judging),
    ...judge("mount", parts.mount, judging),
    ...judge("volume", parts.volume, judging),
    ...judge("network", parts.network, judging),
    ...judge("port", parts.port, judging),
    ...judge("route", parts.route, judging),
    ...judge("secret-use", parts["secret-use"], judging),
    ...operationsOf(spec, facts).flatMap((operation) => judgeOperation(operation, facts, policy)),
  ];
  return heaviestFirst(findings);
}

// Bringing a stack up is what its rules of ownership are about: whose it is now decides, not whose it shall be.
function operationsOf(spec: StackSpec, { stacks }: StackFacts): readonly OperationInput[] {
  const { name: stack, tags } = spec;
  const now = stacks?.get(stack);
  if (now === undefined) return [{ action: "up", stack, tags: undefined }];
  if (now === null) return [{ action: "up", stack, tags }];
  const kept = [...new Set([...Object.keys(tags), ...Object.keys(now.tags)])].every(
    (key) => tagOf(tags, key) === tagOf(now.tags, key),
  );
  return [{ action: kept ? "upgrade" : "tag", stack, tags: now.tags }];
}

/** What the rules say of a secret that is stored, or its description changed. Its value is nobody's business. */
export function judgeSecret(secret: SecretInput, facts: StackFacts, policy: PolicyConfig): readonly Finding[] {
  return heaviestFirst(judge("secret", [{ secret, facts, policy, pointer: "" }], { rules: RULES }));
}

/** What the rules say of an image by its name, and by its facts where they are known; pointers are into the name: "". */
export function judgeImageName(image: string, policy: PolicyConfig, facts: StackFacts = {}): readonly Finding[] {
  return heaviestFirst(judge("image", [loneImage(image, facts, policy)], { rules: RULES }));
}

/** Whether `facts.actor` may do this (OWN-01, OWN-02), and what it will mean for the build that runs (UPG-…). */
export function judgeOperation(operation: OperationInput, facts: StackFacts, policy: PolicyConfig): readonly Finding[] {
  const { stack, service: serviceName } = operation;
  return judge("operation", [{ operation, facts, policy, pointer: "", stack, serviceName }], { rules: RULES });
}

/** Whether values of secrets are in a text that leaves the platform (SEC-08). */
export function judgeOutput(output: OutputInput, policy: PolicyConfig): readonly Finding[] {
  return judge("output", [{ output, facts: {}, policy, pointer: "" }], { rules: RULES });
}

/** True for a finding that keeps the thing from happening. */
export function blocks({ severity, waived }: Finding): boolean {
  return severity === "error" && waived === undefined;
}

// Sorting is stable: within one weight the order of rules stays.
function heaviestFirst(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => weightOf(b.severity) - weightOf(a.severity));
}
