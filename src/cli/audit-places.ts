// Where findings in images are: the layer that a message names, as a pointer for programs and as its step for people.

import type { AuditedImage } from "../audit/types.ts";
import type { Finding } from "../policy/types.ts";
import { madeBy } from "./audit-summary.ts";

/** The findings with the layer that they name. */
export function placedFindings(findings: readonly Finding[], image: AuditedImage): readonly Finding[] {
  return findings.map((finding) => (finding.pointer === "" ? placed(finding, image) : finding));
}

// People count layers from 1. A message that names several tells of none in particular.
function placed(finding: Finding, { layers = [] }: AuditedImage): Finding {
  const numbers = new Set([...finding.message.matchAll(/\blayer (\d+)\b/gi)].map(([, digits]) => Number(digits)));
  const [number = 0] = numbers;
  const layer = layers[number - 1];
  if (numbers.size !== 1 || !layer) return finding;
  const step = madeBy(layer);
  const said = step === "" ? finding.hint : `${finding.hint ?? "look at its step"} (layer ${number}: ${step})`;
  return { ...finding, pointer: `/layers/${number - 1}`, hint: said };
}
