// Whether root may run a hook of the site: whoever can write to it would be root.

import { statSync } from "node:fs";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";
import { doubtAbout } from "./root-only.ts";

/** Refuses scripts that others than root may change or exchange. @throws E_NODE_HOOK */
export function checkHooks(paths: readonly (string | undefined)[]): void {
  for (const path of paths) {
    if (path === undefined) continue;
    const why = doubtOf(path);
    if (why !== undefined) throw fail("E_NODE_HOOK", { path, why });
  }
}

function doubtOf(path: string): string | undefined {
  try {
    statSync(path);
    return doubtAbout(path);
  } catch (cause) {
    return reasonOf(cause);
  }
}
