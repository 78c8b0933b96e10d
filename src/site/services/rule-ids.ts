// Names of rules and practices as configurations write them. One that does not exist is a mistake: a misspelt rule would go on as it was.

import { didYouMean } from "../../base/nearest.ts";
import { fitsGlob } from "../../policy/glob.ts";
import { PRACTICE_NAMES } from "../../policy/practice-names.ts";
import { RULE_CASES } from "../../policy/rule-names.ts";
import type { Path } from "../config-document.ts";
import type { Findings } from "../findings.ts";

/** Ids of all rules of stacks and all practices. */
export const RULE_IDS: readonly string[] = [...RULE_CASES.keys(), ...PRACTICE_NAMES.keys()];

/** The cases of a rule; undefined: there is no such rule. */
export function casesOf(id: string): readonly string[] | undefined {
  const cases = RULE_CASES.get(id) ?? PRACTICE_NAMES.get(id)?.cases;
  // ShellCheck's others, where it is the second engine.
  return cases ?? (/^SC\d{4}$/.test(id) ? [] : undefined);
}

/** Notes a mistake for a pattern (`VOL-*`) that fits no rule. */
export function demandRule(pattern: string, path: Path, found: Findings): void {
  if (casesOf(pattern) || RULE_IDS.some((id) => fitsGlob(pattern, id))) return;
  found.wrong(path, `is no rule: ${pattern}`, adviceFor(pattern));
}

/** Notes a mistake for a name such as `SVC-01` or `SVC-03:external` that there is not. */
export function demandCase(name: string, path: Path, found: Findings): void {
  const [id = "", inCase] = name.split(":");
  const cases = casesOf(id);
  if (!cases) found.wrong(path, "is no rule", adviceFor(id));
  else if (inCase !== undefined && !cases.includes(inCase))
    found.wrong(path, `is no case of ${id}`, `its cases: ${cases.join(", ")}`);
}

function adviceFor(id: string): string {
  // Whoever comes from a peer knows its names.
  const own = [...PRACTICE_NAMES].filter(([, { peers }]) => peers.includes(id)).map(([name]) => name);
  if (own.length > 0) return `it is ${own.join(", ")} here`;
  return didYouMean(id, RULE_IDS).hint ?? "see docs/service-rules.md and docs/handbook.md";
}
