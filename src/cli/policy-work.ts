// What `berth policy` does.

import { join } from "node:path";
import { openRulings, type Rulings } from "../lint/config/rulings.ts";
import { runSiteTests, type TestResult } from "../lint/site-tests/site-test.ts";
import { htmlOf, markdownOf } from "../policy/pages/blocks.ts";
import { practicePages } from "../policy/pages/practice-pages.ts";
import { PRACTICES } from "../policy/practices/practices.ts";
import { choiceOf } from "./choice-flag.ts";
import type { Context } from "./context.ts";
import { print } from "./output.ts";

interface RulingFlags {
  readonly profile: string | undefined;
  readonly config: string | undefined;
}

/** The rulings that flags ask for. */
export function rulingsOf({ profile, config }: RulingFlags, { env, user }: Context): Rulings {
  return openRulings(PRACTICES, { env, user, profile, config, none: false });
}

/** The handbook of the current folder's policy. @throws E_FLAG_CHOICE, E_LINT_CONFIG */
export async function handbook(flags: RulingFlags & { readonly format: string | undefined }, context: Context) {
  const format = choiceOf("format", flags.format, ["md", "html"]) ?? "md";
  const { policy, practices } = await rulingsOf(flags, context).rulingOf(join(process.cwd(), "x"));
  const title = `Practices of the profile ${policy.profile}`;
  const words = "Every practice that is checked, why it is there, what is found, and what is in order.";
  const page = practicePages(practices, { policies: [policy], title, words });
  return format === "md" ? markdownOf(page) : htmlOf(title, page);
}

/** Runs a site's examples and prints what came of them. @throws E_LINT_READ, E_LINT_CONFIG */
export async function testPolicy(
  folder: string,
  flags: RulingFlags & { readonly json: boolean },
  context: Context,
): Promise<number> {
  const results = await runSiteTests(folder, rulingsOf(flags, context));
  if (flags.json) print(`${JSON.stringify(results, null, 2)}\n`);
  else print(`${results.map(resultText).join("")}${sum(results)}\n`);
  return results.some(({ failures }) => failures.length > 0) || results.length === 0 ? 1 : 0;
}

function resultText({ file, name, failures }: TestResult): string {
  const head = `${failures.length === 0 ? "pass" : "FAIL"}  ${file}: ${name}\n`;
  return head + failures.map((failure) => `      ${failure}\n`).join("");
}

function sum(results: readonly TestResult[]): string {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  if (results.length === 0) return "no example was found: files are named like golden.test.yaml";
  return failed === 0 ? `${results.length} examples, all pass` : `${results.length} examples, ${failed} fail`;
}
