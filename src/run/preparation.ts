// Directories of the host that must exist before the launcher opens them. Planning names them; this makes them.

import { chmodSync, mkdirSync } from "node:fs";
import { defineErrors, reasonOf } from "../base/errors.ts";

const fail = defineErrors({
  E_PREPARE: { text: "cannot make the directory {path}: {reason}", hint: "choose a directory that you may write to" },
});

/** A directory to be made when it is missing. */
export interface Preparation {
  readonly path: string;
  readonly mode: number;
}

/** Makes the directories with their parents. @throws E_PREPARE */
export function prepare(steps: readonly Preparation[]): void {
  for (const { path, mode } of steps) {
    try {
      const made = mkdirSync(path, { recursive: true, mode }) !== undefined;
      // The caller's umask has taken something away: a /tmp must stay open to all.
      if (made) chmodSync(path, mode);
    } catch (cause) {
      throw fail("E_PREPARE", { path, reason: reasonOf(cause) }, { cause });
    }
  }
}
