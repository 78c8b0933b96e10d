// The second engine of `berth lint` and `berth lsp`.

import type { LintRun } from "../lint/lint-files.ts";
import { isInstalled } from "../lint/shellcheck/run-shellcheck.ts";
import type { Context } from "./context.ts";

/** ShellCheck, where it is wanted and installed; where it is required, its absence is a failure of the run. */
export async function secondEngine(
  when: "auto" | "off" | "required",
  { env, signal }: Context,
  buildArguments: ReadonlyMap<string, string> | undefined,
): Promise<LintRun["second"]> {
  if (when === "off" || (when === "auto" && !isInstalled(env))) return undefined;
  const { shellFindings } = await import("../lint/shellcheck/shellcheck.ts");
  return (texts) => shellFindings(texts, { env, signal, buildArguments });
}

/** Policies in Rego, where a configuration names some. */
export function regoEngine(context: Context): NonNullable<LintRun["rego"]> {
  return async (texts) => {
    const [{ regoFindings }, { askRego }] = await Promise.all([
      import("../lint/custom/rego.ts"),
      import("./ask-rego.ts"),
    ]);
    return await regoFindings(texts, (request) => askRego(request, context));
  };
}
