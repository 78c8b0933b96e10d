// What may stand in `.berth-policy.yaml`, in a user's and in a site's policy file. The tables are those of `site.yaml`.

import { type Static, Type } from "typebox";
import { about, closed, flag, list, optional, text, words } from "../../site/schema-words.ts";
import { PRACTICE_KEYS } from "../../site/services/practice-schema.ts";

const weight = words("off, error, warning, info or style", "off", "error", "warning", "info", "style");

const rules = optional(
  Type.Record(
    Type.String(),
    Type.Union([weight, Type.Object({ severity: weight }, closed)]),
    about("weights by rule, or case of a rule", { PKG014: "off", BAS003: "error" }),
  ),
);

const override = Type.Object(
  {
    files: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      ...about("files below this folder; * stays in a folder, ** does not", ["legacy/**"]),
    }),
    rules,
    ...PRACTICE_KEYS,
  },
  closed,
);

/** What may stand in a policy file. */
export const LINT_SCHEMA = Type.Object(
  {
    $schema: text("where this schema is, for editors"),
    extends: list("profiles and files to begin with; later ones win", ["nccs", "./site.yaml"]),
    profile: optional(words("the practices to begin with; generic unless said", "generic", "nccs", "spin")),
    rules,
    overrides: optional(Type.Array(override, about("other values for some files"))),
    exclude: list("files and folders that are passed over in searches", ["third_party/**"]),
    custom: list("files with rules of your own", ["./rules.yaml"]),
    minSeverity: optional(words("what is shown: this weight and what is heavier", "error", "warning", "info", "style")),
    failOn: optional(
      words("findings of this weight or more end in status 1", "error", "warning", "info", "style", "never"),
    ),
    strict: flag("missing facts for required practices end in status 4"),
    final: flag("files that are read later may only make rules heavier"),
    ...PRACTICE_KEYS,
  },
  { ...closed, ...about("the practices that recipes, compose files and job scripts are checked against") },
);

export type LintFile = Static<typeof LINT_SCHEMA>;
export type LintOverride = Static<typeof override>;
