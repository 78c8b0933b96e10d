// Whether the policy lets something be deployed.

import type { Finding } from "../../policy/types.ts";
import { fail } from "./errors.ts";
import type { Judgement, Verdict, Waiting } from "./handed-in.ts";
import type { Room } from "./parts.ts";

/** True when one of the findings keeps it from being deployed. */
export function forbids(findings: readonly Finding[]): boolean {
  return findings.some(({ severity, waived }) => severity === "error" && !waived);
}

/** The verdict on what is not a wish of somebody who sees its findings. @throws E_STACK_REFUSED with what forbids it */
export async function allowed(room: Room, subject: Judgement, wait?: Waiting): Promise<Verdict> {
  const verdict = await room.judge(subject, wait);
  if (!forbids(verdict.findings)) return verdict;
  const errors = verdict.findings.filter(({ severity, waived }) => severity === "error" && !waived);
  throw fail("E_STACK_REFUSED", { stack: subject.spec.name, why: errors.map(({ message }) => message).join("; ") });
}
