// By which rules a command judges machines; shared by those that do.

import type { FlagSpec } from "./flags.ts";

/** `--profile NAME` and `--config FILE`, as `siteRules` takes them. */
export const SITE_RULE_FLAGS = [
  { long: "profile", kind: "text", value: "name", env: ["LINT_PROFILE"], help: "generic, nccs or spin" },
  {
    long: "config",
    kind: "text",
    value: "file",
    env: ["LINT_CONFIG"],
    help: "a policy file over the site's, as for lint",
  },
] as const satisfies readonly FlagSpec[];
