// `berth lint --fix`: mends files before they are checked, and says what was done.

import type { SourceText } from "../base/source.ts";
import type { FoundFile } from "../lint/files/find-files.ts";
import { readSource } from "../lint/files/read-source.ts";
import { type FixWishes, fixOne, type MendedFile } from "../lint/fix/fix-files.ts";
import { type LintedFiles, type LintRun, lintOne } from "../lint/lint-files.ts";
import type { Context } from "./context.ts";
import type { LintFlags } from "./lint.ts";
import { print } from "./output.ts";

/** Mends files. What cannot be read is told by the check that follows. @throws E_LINT_WRITE */
export async function fixFiles(
  files: readonly FoundFile[],
  run: LintRun,
  wishes: FixWishes,
  context: Context,
): Promise<void> {
  for (const { path } of files) {
    run.signal?.throwIfAborted();
    const source = await readSource(path).catch(() => undefined);
    if (source) tellMended(await fixOne(source, run, wishes), wishes, context);
  }
}

/** Mends a text from standard input and prints it; what is left decides the exit status. */
export async function fixInput(
  source: SourceText,
  run: LintRun,
  { "unsafe-fixes": unsafe, "dry-run": dryRun }: Pick<LintFlags, "unsafe-fixes" | "dry-run">,
): Promise<LintedFiles> {
  const { text, diff } = await fixOne(source, run, { unsafe, dryRun: true });
  print(dryRun ? diff : text);
  return { things: [await lintOne({ ...source, text }, run)], failures: [] };
}

function tellMended({ name, applied, diff }: MendedFile, { dryRun }: FixWishes, { log }: Context): void {
  if (dryRun) print(diff);
  for (const { rule, title } of dryRun ? [] : applied) log.info(`${name}: ${title} (${rule})`);
}
