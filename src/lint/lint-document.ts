// One text, checked: what practices and other engines find, less what its comments keep quiet. Pure; the command line, the language
// server and tests share it.

import type { SourceText } from "../base/source.ts";
import { lintQuietly, type QuietOptions } from "../policy/ignores/lint-quietly.ts";
import type { CheckedThing } from "./report.ts";

export { askedOf } from "../policy/ignores/lint-quietly.ts";

/** How a text is checked: see `LintOptions`. */
export type DocumentOptions = QuietOptions;

/** Checks a text. Never throws; a text of no known kind has no findings. */
export function lintDocument(source: SourceText, options: DocumentOptions): CheckedThing {
  return { name: source.name, source, ...lintQuietly(source, options) };
}
