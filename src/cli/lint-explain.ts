// `berth lint --explain RULE` and `--explain-config`.

import { join } from "node:path";
import { explainConfig } from "../lint/config/explain-config.ts";
import { explainPractice, explainStackRule } from "../lint/explain-practice.ts";
import { demandRule } from "../lint/ruling.ts";
import type { LintCall } from "./lint-run.ts";
import { print } from "./output.ts";

/** Prints what a rule says. @throws E_LINT_RULE */
export async function explainRule(
  name: string,
  { rulings, paths }: Pick<LintCall, "rulings" | "paths">,
): Promise<number> {
  const { policy, practices } = await rulings.rulingOf(paths[0] ?? join(process.cwd(), "x"));
  if (/^[a-z]{2,3}-\d{2}$/i.test(name)) {
    const { explainRules } = await import("../policy/explain.ts");
    const row = explainRules(policy).find(({ id }) => id === name.toUpperCase());
    if (row) {
      print(explainStackRule(row, policy));
      return 0;
    }
  }
  print(
    demandRule(name, practices)
      .map((one) => explainPractice(one, policy))
      .join("\n"),
  );
  return 0;
}

/** Prints the configuration of the current folder or of files. @throws E_LINT_CONFIG */
export async function explainConfigs({ rulings, paths }: LintCall): Promise<number> {
  for (const path of paths.length === 0 ? [join(process.cwd(), "x")] : paths)
    print(explainConfig(await rulings.rulingOf(path)));
  return 0;
}
