// The directory of set-ups itself. Root makes, mounts and removes by names in it, so nobody else may put anything there.

import { chmodSync, mkdirSync } from "node:fs";
import { reasonOf } from "../../base/errors.ts";
import { fail } from "./errors.ts";
import { doubtAbout } from "./root-only.ts";

/** Refuses a directory in which others than root may make or exchange names. @throws E_NODE_DIR */
export function checkNodeDir(dir: string): void {
  const doubt = doubtOf(dir);
  if (doubt !== undefined) throw fail("E_NODE_DIR", { dir, why: `it may be changed by others than root (${doubt})` });
}

/**
 * Makes it unless it is there. Everybody has to pass it on the way to his own; nobody has to see who else has one.
 * @throws E_NODE_DIR
 */
export function makeNodeDir(dir: string): void {
  checkNodeDir(dir);
  const first = mkdirSync(dir, { recursive: true, mode: 0o755 });
  if (first === undefined) {
    checkNodeDir(dir); // somebody may have been faster
    return;
  }
  // The prolog's umask may be anything.
  for (let at = dir; at.length >= first.length; at = at.slice(0, at.lastIndexOf("/")))
    chmodSync(at, at === dir ? 0o711 : 0o755);
}

function doubtOf(dir: string): string | undefined {
  try {
    return doubtAbout(dir);
  } catch (cause) {
    throw fail("E_NODE_DIR", { dir, why: reasonOf(cause) }, { cause });
  }
}
