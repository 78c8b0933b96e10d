// `berth policy docs|explain|test`: the practices as a book, one of them, and a site's own examples.

import { join } from "node:path";
import { Command } from "commander";
import { withCheckExits } from "./check-exits.ts";
import { addFlags, readFlags } from "./command-flags.ts";
import type { Context } from "./context.ts";
import type { FlagSpec } from "./flags.ts";
import { print } from "./output.ts";
import { RULING_FLAGS } from "./site-rule-flags.ts";

const DOCS_FLAGS = [
  ...RULING_FLAGS,
  { long: "format", short: "f", kind: "text", value: "name", env: [], help: "md or html; md unless said" },
] as const satisfies readonly FlagSpec[];

const TEST_FLAGS = [
  ...RULING_FLAGS,
  { long: "json", kind: "switch", env: [], help: "as JSON" },
] as const satisfies readonly FlagSpec[];

/** `berth policy`. */
export function policyCommand(context: Context): Command {
  const command = new Command("policy").description(
    "Show the practices that images and recipes are held against, and try a policy.",
  );
  command.addCommand(docsCommand(context));
  command.addCommand(explainCommand(context));
  command.addCommand(testCommand(context));
  return command;
}

function docsCommand(context: Context): Command {
  const command = new Command("docs").description(
    "Print the handbook of the policy that holds in this folder: every practice with its reason, examples and cure.",
  );
  return addFlags(command, DOCS_FLAGS).action(async () =>
    withCheckExits(async () => {
      const flags = readFlags(command, DOCS_FLAGS, context.env);
      const { handbook } = await import("./policy-work.ts");
      print(await handbook(flags, context));
      return 0;
    }),
  );
}

function explainCommand(context: Context): Command {
  const command = new Command("explain")
    .description("Print what a rule says, why, and what to do; ids of hadolint, trivy and others are known.")
    .argument("<rule>");
  return addFlags(command, RULING_FLAGS).action(async (name: string) =>
    withCheckExits(async () => {
      const { rulingsOf } = await import("./policy-work.ts");
      const rulings = rulingsOf(readFlags(command, RULING_FLAGS, context.env), context);
      const { explainRule } = await import("./lint-explain.ts");
      return await explainRule(name, { rulings, paths: [join(process.cwd(), "x")] });
    }),
  );
}

function testCommand(context: Context): Command {
  const command = new Command("test")
    .description("Run a site's own examples: files *.test.yaml below FOLDER. Exit status 1 when one of them fails.")
    .argument("<folder>");
  return addFlags(command, TEST_FLAGS).action(async (folder: string) =>
    withCheckExits(async () => {
      const flags = readFlags(command, TEST_FLAGS, context.env);
      const { testPolicy } = await import("./policy-work.ts");
      return await testPolicy(folder, flags, context);
    }),
  );
}
