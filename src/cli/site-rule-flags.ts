// By which rules a command judges; shared by those that do.

import type { FlagSpec } from "./flags.ts";

const PROFILE = {
  long: "profile",
  kind: "text",
  value: "name",
  env: ["LINT_PROFILE"],
  help: "generic, nccs or spin",
} as const satisfies FlagSpec;

/** Of a file that takes the place of those found upward from what is judged. */
export const RULING_FLAGS = [
  PROFILE,
  {
    long: "config",
    kind: "text",
    value: "file",
    env: ["LINT_CONFIG"],
    help: "the policy file, in place of those found",
  },
] as const satisfies readonly FlagSpec[];

/** `--profile NAME` and `--config FILE`, as `siteRules` takes them. */
export const SITE_RULE_FLAGS = [
  PROFILE,
  {
    long: "config",
    kind: "text",
    value: "file",
    env: ["LINT_CONFIG"],
    help: "a policy file over the site's, as for lint",
  },
] as const satisfies readonly FlagSpec[];
