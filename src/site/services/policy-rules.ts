// The site's word on rules: how much they weigh, and what is excepted. Names of rules that do not exist are mistakes, since a
// misspelt rule would go on as it was.

import type { PolicyConfig, Waiver } from "../../policy/config.ts";
import type { PolicyPlace } from "./policy.ts";
import type { PolicyFile } from "./policy-schema.ts";
import { endOfDay } from "./practices.ts";
import { demandCase, demandRule } from "./rule-ids.ts";

/** The profile's severities with the site's in their place. */
export function resolveSeverities(
  file: PolicyFile["severities"],
  base: PolicyConfig["severities"],
  { path, found }: PolicyPlace,
): PolicyConfig["severities"] {
  for (const [name, severity] of Object.entries(file ?? {})) {
    const at = [...path, "severities", name];
    demandCase(name, at, found);
    if (severity === "off" && GUARDS.includes(name.split(":")[0] ?? ""))
      found.odd(at, "is off, and services can reach what is not theirs", "waive it for single stacks instead");
  }
  return new Map([...base, ...Object.entries(file ?? {})]);
}

// Without these, roles and ownership mean nothing: who can mount the engine's socket is its administrator.
const GUARDS = [
  "SVC-08",
  "SVC-09",
  "OWN-01",
  "OWN-02",
  "VOL-01",
  "VOL-10",
  "CAP-02",
  "CAP-03",
  "NET-01",
  "NET-02",
  "STO-01",
  "STO-02",
  "LBL-01",
  "SEC-09",
  "PRX-03",
];

/** The exceptions, their days as moments. */
export function resolveWaivers(file: PolicyFile["waivers"], { path, found }: PolicyPlace): readonly Waiver[] {
  return (file ?? []).map(({ rule, stack, service = "*", by, reason, until }, index) => {
    const at = [...path, "waivers", index];
    demandRule(rule, [...at, "rule"], found);
    const end = until === undefined ? null : endOfDay(until);
    if (Number.isNaN(end)) found.wrong([...at, "until"], `is no day: ${until}`, "write it like 2027-12-31");
    return { rule, stack, service, by, reason, until: end };
  });
}
