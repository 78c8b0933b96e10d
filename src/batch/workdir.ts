// Where the program starts (spec/shifter.md 5.7). Pure.

import { fail } from "./errors.ts";
import type { BatchImage, ShifterRequest } from "./types.ts";

/** The directories to be tried in turn, and what is said when the first cannot be entered. */
export interface StartDirectory {
  readonly chdir: readonly string[];
  readonly otherwise: string;
}

/** The start directory; `here` is the caller's. @throws E_SHIFTER_WORKDIR */
export function startDirectory(
  wish: ShifterRequest["workdir"],
  image: Pick<BatchImage, "workdir">,
  here: string,
): StartDirectory {
  const dir = wish.kind === "given" ? wish.path : wish.kind === "image" ? image.workdir : here;
  if (dir === undefined || dir === "") throw fail("E_SHIFTER_WORKDIR");
  // The launcher starts from the root, so that a relative path means what it means to Shifter.
  const absolute = dir.startsWith("/") ? dir : `/${dir}`;
  return { chdir: [absolute, "/"], otherwise: `Failed to switch to working dir: ${dir}, staying in /` };
}
