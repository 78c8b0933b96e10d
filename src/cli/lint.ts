// `berth lint`: the practices of the site on recipes, compose files and job scripts.

import { Command } from "commander";
import { withCheckExits } from "./check-exits.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";

const text = <const Long extends string>(long: Long, value: string, help: string) =>
  ({ long, kind: "text", value, env: [], help }) as const;
const flag = <const Long extends string>(long: Long, help: string) =>
  ({ long, kind: "switch", env: [], help }) as const;
const list = <const Long extends string>(long: Long, value: string, help: string) =>
  ({ long, kind: "list", value, env: [], help }) as const;

const FLAGS = [
  flag("stdin", "check what comes by standard input"),
  text("stdin-name", "name", "what to call it; its kind and its configuration go by that"),
  text("kind", "kind", "dockerfile, definition, compose or script; told by name and text unless said"),
  { ...text("profile", "name", "generic, nccs or spin; the configuration's unless said"), env: ["LINT_PROFILE"] },
  {
    ...text("config", "file", "the configuration, in place of those found upward from each file"),
    env: ["LINT_CONFIG"],
  },
  flag("no-config", "read no configuration but the site's"),
  text("min-severity", "weight", "show error, warning, info or style and what is heavier; style unless said"),
  text("fail-on", "weight", "findings of this weight or more end in status 1, or never; warning unless said"),
  flag("strict", "end in status 4 when facts are missing for a practice that is required"),
  list("only", "rule", "check this rule only (ids of peers are known, * stands for anything); may be repeated"),
  list("except", "rule", "do not check this rule; may be repeated"),
  {
    ...text("format", "name", "tty, json, sarif, junit, checkstyle, github, gitlab or gnu; tty unless said"),
    short: "f",
  },
  { ...text("output", "file", "write the report there"), short: "o" },
  flag("fix", "mend what can be mended without changing what a recipe means"),
  flag("unsafe-fixes", "mend also where the meaning may change; look at the result"),
  flag("dry-run", "with --fix: print the changes as a diff, change nothing"),
  list("build-arg", "name=value", "value of a build argument; may be repeated"),
  text("context", "folder", "the folder that recipes are built in; told from what they copy unless said"),
  flag("no-git", "do not ask git about the files"),
  text("shellcheck", "when", "auto: where it is installed; off; required"),
  flag("watch", "go on, and check again when files change"),
  text("explain", "rule", "print what a rule says, why, and what to do"),
  flag("explain-config", "print where each value of the configuration comes from"),
] as const satisfies readonly FlagSpec[];

/** Values of the flags. */
export type LintFlags = ReturnType<typeof readFlags<typeof FLAGS>>;

/** `berth lint [FILES…|FOLDERS…]`. */
export function lintCommand(context: Context): Command {
  const command = new Command("lint")
    .summary("check recipes, compose files and job scripts against the site's practices")
    .description(
      "Checks files, and what is known by its name below folders (the current one unless said). Exit status: 0 nothing at the threshold, 1 findings, 2 the call or the configuration is wrong, 3 berth or an engine failed, 4 not known (--strict).",
    )
    .usage("[options] [FILE|FOLDER…]")
    .argument("[paths...]");
  return addFlags(command, FLAGS).action(async (paths: readonly string[]) => {
    await withCheckExits(async () => {
      const flags = readFlags(command, FLAGS, context.env);
      const { lint } = await import("./lint-run.ts");
      return await lint(paths, flags, context);
    });
  });
}
