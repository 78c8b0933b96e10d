// The start directory (spec/apptainer.md 1.3, "cwd"): the caller's, if it exists in the container or may be bound there. Pure.

import type { HostFacts } from "./host.ts";
import type { MountRecord } from "./launch-plan.ts";
import type { LaunchRequest } from "./request.ts";

export interface CwdPlan {
  readonly records: readonly MountRecord[];
  /** The first that can be entered is taken. */
  readonly candidates: readonly string[];
}

// Binding one of these would replace a part of the image that programs live in.
const NEVER = new Set(["/", "/etc", "/bin", "/mnt", "/usr", "/var", "/opt", "/sbin", "/lib", "/lib64"]);
const NEVER_BELOW = ["/sys", "/proc", "/dev"];

/** Decides on the start directory; `covered` are the destinations that show the host's files already. */
export function planCwd(request: LaunchRequest, host: HostFacts, home: string, covered: readonly string[]): CwdPlan {
  if (request.cwd !== undefined) return { records: [], candidates: [request.cwd] };
  if (request.contain) return { records: [], candidates: [home, "/"] };
  const names = [...(host.logicalCwd === undefined ? [] : [host.logicalCwd]), host.cwd];
  const candidates = [...new Set([...names, home, "/"])];
  if (request.noMount.includes("cwd")) return { records: [], candidates };
  const records = names
    .filter((name) => mayBind(name) && mayBind(host.cwd) && !covered.some((tree) => isWithin(name, tree)))
    .map((target): MountRecord => ({ op: "bind", source: host.cwd, target, flags: ["rw", "try"] }));
  return { records, candidates };
}

/** True when `path` is `tree` or lies below it. */
function isWithin(path: string, tree: string): boolean {
  return path === tree || path.startsWith(tree.endsWith("/") ? tree : `${tree}/`);
}

function mayBind(dir: string): boolean {
  return !NEVER.has(dir) && !NEVER_BELOW.some((tree) => isWithin(dir, tree));
}
