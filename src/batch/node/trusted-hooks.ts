// Whether root may run a hook of the site: whoever can write to it would be root.

import { statSync } from "node:fs";
import { dirname } from "node:path";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";

const GROUP_OR_OTHERS_WRITE = 0o022;

/** Refuses scripts that others than root may change or exchange. @throws E_NODE_HOOK */
export function checkHooks(paths: readonly (string | undefined)[]): void {
  for (const path of paths) {
    if (path === undefined) continue;
    for (const place of [path, dirname(path)]) {
      const { uid, mode } = look(place, path);
      if (uid !== 0) throw fail("E_NODE_HOOK", { path, why: `${place} belongs to user ${uid}` });
      if ((mode & GROUP_OR_OTHERS_WRITE) !== 0) throw fail("E_NODE_HOOK", { path, why: `others may change ${place}` });
    }
  }
}

function look(place: string, path: string) {
  try {
    return statSync(place);
  } catch (cause) {
    throw fail("E_NODE_HOOK", { path, why: reasonOf(cause) }, { cause });
  }
}
