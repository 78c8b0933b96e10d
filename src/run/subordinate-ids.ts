// The ranges of ids that the system gives a user for namespaces (/etc/subuid, /etc/subgid), and the two programs that
// are allowed to map them.

import { canRun, readIfAny } from "../platform/access.ts";
import type { User } from "../platform/user.ts";

export interface IdRange {
  readonly start: number;
  readonly count: number;
}

/** The caller's ranges, or why there are none. */
export type SubordinateIds = { readonly uid: IdRange; readonly gid: IdRange } | { readonly missing: string };

const PROGRAMS = ["newuidmap", "newgidmap"];
const PROGRAM_DIRS = ["/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/sbin"];

/** Looks the caller's ranges up. */
export function subordinateIds(user: User): SubordinateIds {
  for (const program of PROGRAMS) {
    if (!PROGRAM_DIRS.some((dir) => canRun(`${dir}/${program}`))) return { missing: `${program} is not installed` };
  }
  const uid = findRange(readIfAny("/etc/subuid"), user);
  if (!uid) return { missing: `/etc/subuid has no range for ${user.name}` };
  const gid = findRange(readIfAny("/etc/subgid"), user);
  if (!gid) return { missing: `/etc/subgid has no range for ${user.name}` };
  return { uid, gid };
}

/** The largest range of a user, whom a line names or numbers (subuid(5)). */
export function findRange(text: string, user: Pick<User, "name" | "uid">): IdRange | undefined {
  let best: IdRange | undefined;
  for (const line of text.split("\n")) {
    const match = /^([^:#]+):(\d+):(\d+)\s*$/.exec(line);
    if (!match || (match[1] !== user.name && match[1] !== String(user.uid))) continue;
    const range = { start: Number(match[2]), count: Number(match[3]) };
    if (range.count > (best?.count ?? 0)) best = range;
  }
  return best;
}
