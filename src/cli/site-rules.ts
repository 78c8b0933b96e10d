// The practices and tables of the site, for commands that judge machines: no project's file counts there. Loaded when such a command runs.

import { openRulings } from "../lint/config/rulings.ts";
import type { Ruling } from "../lint/ruling.ts";
import { PRACTICES } from "../policy/practices/practices.ts";
import type { Context } from "./context.ts";

interface RuleWishes {
  readonly profile: string | undefined;
  /** A policy file over the site's. */
  readonly config: string | undefined;
  /** By what the site's gateway judges, where that is said; else by what its services are judged by. */
  readonly gateway: boolean;
}

/** What the site says, with remarks as warnings. @throws E_LINT_PROFILE, E_LINT_CONFIG, E_LINT_READ, E_LINT_FINAL */
export async function siteRules({ profile, config, gateway }: RuleWishes, context: Context): Promise<Ruling> {
  const { env, user, log } = context;
  const wishes = { env, user, profile, config, none: config === undefined, gateway };
  const { policy, practices, remarks } = await openRulings(PRACTICES, wishes).rulingOf("image");
  for (const remark of remarks) log.warn(remark);
  return { policy, practices };
}
