// What other engines found, fitted in: less what the practices say of the same place, and with the weights of the policy.

import type { PolicyConfig } from "../config.ts";
import type { Practice } from "../practice.ts";
import type { Finding } from "../types.ts";

/** Findings of other engines that are news beside those of practices. */
export function newFindings(
  others: readonly Finding[],
  own: readonly Finding[],
  { policy, practices }: { readonly policy: PolicyConfig; readonly practices: readonly Practice[] },
): readonly Finding[] {
  const peers = new Map(practices.map((one) => [one.id, one.peers]));
  return others.flatMap((finding) => {
    const weight = policy.severities.get(finding.rule) ?? finding.severity;
    if (weight === "off") return [];
    const isSame = (one: Finding) => one.rule === finding.rule || (peers.get(one.rule) ?? []).includes(finding.rule);
    const same = own.some((one) => isSame(one) && overlap(one, finding));
    return same ? [] : [{ ...finding, severity: weight }];
  });
}

function overlap({ place: a }: Finding, { place: b }: Finding): boolean {
  return a !== undefined && b !== undefined && a.range.start <= b.range.end && b.range.start <= a.range.end;
}
