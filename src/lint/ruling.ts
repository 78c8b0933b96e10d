// What a file is checked by: the policy that holds for it, and the rules that are asked. Made from profiles, configurations and the
// command line.

import { nearest } from "../base/nearest.ts";
import type { PolicyConfig } from "../policy/config.ts";
import { fitsAny } from "../policy/glob.ts";
import type { Practice } from "../policy/practice.ts";
import { GENERIC } from "../policy/profiles/generic.ts";
import { PROFILES } from "../policy/profiles/profiles.ts";
import { fail } from "./errors.ts";

export interface Ruling {
  readonly policy: PolicyConfig;
  readonly practices: readonly Practice[];
}

/** What the command line says of rules; ids are ours or peers', `*` stands for anything. */
export interface RuleChoice {
  readonly only: readonly string[];
  readonly except: readonly string[];
}

/** The policy of a profile by its name. @throws E_LINT_PROFILE */
export function profileOf(name: string | undefined): PolicyConfig {
  const policy = PROFILES.get(name ?? GENERIC.profile);
  if (policy) return policy;
  throw fail("E_LINT_PROFILE", { profile: name, known: [...PROFILES.keys()].join(", ") });
}

/** The practices that are asked. @throws E_LINT_RULE for a name that no practice has */
export function chosenPractices(practices: readonly Practice[], { only, except }: RuleChoice): readonly Practice[] {
  for (const name of [...only, ...except]) demandRule(name, practices);
  return practices.filter((one) => {
    const names = namesOf(one);
    const fits = (wanted: readonly string[]) => names.some((name) => fitsAny(wanted, name));
    return (only.length === 0 || fits(only)) && !fits(except);
  });
}

/** Names that a practice is known by: its id, and those of peers. */
export function namesOf({ id, peers }: Practice): readonly string[] {
  return [id, ...peers];
}

/** The practices that a name means, those of which it is the first name before the others. @throws E_LINT_RULE */
export function demandRule(name: string, practices: readonly Practice[]): readonly [Practice, ...Practice[]] {
  const found = practices.filter((one) => namesOf(one).some((known) => fitsAny([name], known)));
  const rank = (one: Practice) => (one.id === name ? 0 : one.peers[0] === name ? 1 : 2);
  const [first, ...others] = [...found].sort((a, b) => rank(a) - rank(b));
  if (first) return [first, ...others];
  const meant = nearest(
    name.toUpperCase(),
    practices.map(({ id }) => id),
  );
  const hint = meant === undefined ? "berth policy docs lists all rules" : `did you mean ${meant}?`;
  throw fail("E_LINT_RULE", { rule: name, hint });
}
