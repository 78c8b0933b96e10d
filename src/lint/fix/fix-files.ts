// Files mended: each text is mended until nothing more is to be, and put in the place of the file, or shown as a diff.

import type { SourceText } from "../../base/source.ts";
import { maskSecrets, secretRanges } from "../../policy/secret-mask.ts";
import { lintDocument } from "../lint-document.ts";
import { type LintRun, optionsOf } from "../lint-files.ts";
import { unifiedDiff } from "./diff.ts";
import { type FixedText, fixText } from "./fix-text.ts";
import { replaceFile } from "./replace-file.ts";

/** How files are mended. */
export interface FixWishes {
  /** Fixes that may change the meaning, too. */
  readonly unsafe: boolean;
  /** Nothing is written. */
  readonly dryRun: boolean;
}

/** A text that was mended. */
export interface MendedFile extends FixedText {
  readonly name: string;
  /** With asterisks for values of secrets: it is shown, and kept by what runs berth. */
  readonly diff: string;
}

/** Mends a text by its ruling; a file is replaced when something changed. @throws E_LINT_WRITE */
export async function fixOne(source: SourceText, run: LintRun, { unsafe, dryRun }: FixWishes): Promise<MendedFile> {
  const { options } = await optionsOf(source, run);
  const findingsOf = (text: SourceText) => lintDocument(text, options).findings;
  const fixed = fixText(source, { unsafe, findingsOf });
  if (!dryRun && fixed.text !== source.text) await replaceFile(source, fixed.text);
  return { ...fixed, name: source.name, diff: unifiedDiff(source.name, shown(source.text), shown(fixed.text)) };
}

function shown(text: string): string {
  return maskSecrets(text, secretRanges(text));
}
