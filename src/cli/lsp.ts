// `berth lsp`: the practices of the site in editors, over standard input and output.

import { existsSync } from "node:fs";
import { Command } from "commander";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { RULING_FLAGS } from "./site-rule-flags.ts";
import { VERSION } from "./version.ts";

const FLAGS = [
  ...RULING_FLAGS,
  // Editors' clients say so of every server.
  { long: "stdio", kind: "switch", env: [], help: "speak over standard input and output, as it does anyway" },
] as const satisfies readonly FlagSpec[];

/** `berth lsp`. */
export function lspCommand(context: Context): Command {
  const command = new Command("lsp")
    .summary("a language server: what berth lint finds, in editors")
    .description(
      "Speaks the language server protocol over standard input and output: findings while somebody types, the words of rules, fixes, comments that ignore.",
    );
  return addFlags(command, FLAGS).action(async () => {
    const { profile, config } = readFlags(command, FLAGS, context.env);
    const { env, user, signal } = context;
    const [{ startLanguageServer }, { openRulings }, { gatherFacts }, { PRACTICES }, engines] = await Promise.all([
      import("../lint/language/language-server.ts"),
      import("../lint/config/rulings.ts"),
      import("../lint/facts/facts.ts"),
      import("../policy/practices/practices.ts"),
      import("./second-engine.ts"),
    ]);
    const runFor = async (path: string) => {
      const { rulingOf } = openRulings(PRACTICES, { env, user, profile, config, none: false });
      const wishes = { env, signal, git: true, context: undefined, buildArguments: undefined, files: existsSync(path) };
      const second = await engines.secondEngine("auto", context, undefined);
      return {
        kind: undefined,
        rulingOf,
        facts: await gatherFacts([path], wishes),
        second,
        rego: engines.regoEngine(context),
        signal,
      };
    };
    startLanguageServer({ version: VERSION, input: process.stdin, output: process.stdout, runFor });
    // The server ends the process.
    await new Promise(() => {});
  });
}
