// One source of configuration among several, read and checked. Later layers win over those before them.

import type { Path } from "../../site/config-document.ts";
import type { LintFile } from "./lint-schema.ts";

export interface ConfigLayer {
  /** For people: a path. */
  readonly name: string;
  /** Absolute; what globs of the layer are relative to. */
  readonly folder: string;
  readonly value: LintFile;
  /** Where a part stands: `file:line`. */
  originOf(path: Path): string;
  /** The failure of things that are wrong with the meaning. */
  failureOf(
    problems: readonly { readonly path: Path; readonly message: string; readonly hint?: string | undefined }[],
  ): Error;
  /** What could not be taken over, in words. */
  readonly remarks: readonly string[];
}
