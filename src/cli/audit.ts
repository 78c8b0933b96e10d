// `berth audit`: the practices of the site on images: what they say of themselves, and every layer's files.

import { Command } from "commander";
import { withCheckExits } from "./check-exits.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { SIGNER_FLAGS } from "./signer-flags.ts";
import { POLICY_FLAGS, SOURCE_FLAGS } from "./source-flags.ts";

const FLAGS = [
  {
    long: "profile",
    kind: "text",
    value: "name",
    env: ["LINT_PROFILE"],
    help: "generic, nccs or spin; the configuration's unless said",
  },
  {
    long: "config",
    kind: "text",
    value: "file",
    env: ["LINT_CONFIG"],
    help: "the configuration, in place of those found upward from this folder",
  },
  { long: "no-config", kind: "switch", env: [], help: "read no configuration but the site's" },
  {
    long: "min-severity",
    kind: "text",
    value: "weight",
    env: [],
    help: "show error, warning, info or style and what is heavier; style unless said",
  },
  {
    long: "fail-on",
    kind: "text",
    value: "weight",
    env: [],
    help: "findings of this weight or more end in status 1, or never; warning unless said",
  },
  { long: "strict", kind: "switch", env: [], help: "status 4 when facts are missing for a practice that is required" },
  { long: "only", kind: "list", value: "rule", env: [], help: "check this rule only; may be repeated" },
  { long: "except", kind: "list", value: "rule", env: [], help: "do not check this rule; may be repeated" },
  {
    long: "known-base",
    kind: "list",
    value: "image|file",
    env: [],
    help: "a base image whose layers are not the application's, or a JSON file of bases and their layers; may be repeated",
  },
  { long: "config-only", kind: "switch", env: [], help: "look at configuration and history only, not at files" },
  {
    long: "format",
    short: "f",
    kind: "text",
    value: "name",
    env: [],
    help: "tty, json, sarif, junit, checkstyle, github, gitlab or gnu; tty unless said",
  },
  { long: "output", short: "o", kind: "text", value: "file", env: [], help: "write the report there" },
  ...SIGNER_FLAGS,
  ...POLICY_FLAGS,
  ...SOURCE_FLAGS,
] as const satisfies readonly FlagSpec[];

/** Values of the flags. */
export type AuditFlags = ReturnType<typeof readFlags<typeof FLAGS>>;

/** `berth audit IMAGE…`. */
export function auditCommand(context: Context): Command {
  const command = new Command("audit")
    .summary("check images against the site's practices: configuration, history, every layer's files")
    .description(
      "Checks images without unpacking or converting them: SIF files, folders, oci:…, docker-archive:…, docker://…. What layers hold is remembered. Exit status: 0 nothing at the threshold, 1 findings, 2 the call or an image is wrong, 3 berth failed, 4 not known (--strict).",
    )
    .usage("[options] IMAGE…")
    .argument("<images...>");
  return addFlags(command, FLAGS).action(async (images: readonly string[]) => {
    await withCheckExits(async () => {
      const flags = readFlags(command, FLAGS, context.env);
      const { audit } = await import("./audit-run.ts");
      return await audit(images, flags, context);
    });
  });
}
