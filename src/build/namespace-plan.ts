// The namespace in which a build runs and mounts, as a launch plan. Pure: what it must know of the machine is given.

import type { User } from "../platform/user.ts";
import type { IdMap, LaunchPlan, UserNamespace } from "../run/launch-plan.ts";
import type { SubordinateIds } from "../run/subordinate-ids.ts";

/** What the plan is made from. */
export interface NamespaceFacts {
  readonly user: User;
  readonly subordinate: SubordinateIds;
  /** Content of /proc/self/uid_map and gid_map: what real root may map. */
  readonly uidMap: string;
  readonly gidMap: string;
  readonly cwd: string;
  readonly umask: number;
  readonly env: ReadonlyMap<string, string>;
  /** The program to start inside, and its arguments from argv[0] on. */
  readonly program: string;
  readonly argv: readonly string[];
}

/** Largest number of ids that a plan can name. */
const MAX_COUNT = 0xffff_fffe;

/** The plan: the host as it is, in which the caller is 0, may mount, and owns all the ids there are. */
export function namespacePlan(facts: NamespaceFacts): LaunchPlan {
  const userns = namespaceIds(facts);
  return {
    userns,
    // The namespace of processes ends whole, however its first process dies. /proc stays the host's: locks of
    // concurrent builds name processes by its numbers.
    unshare: ["pid"],
    root: { kind: "dir", source: "/" },
    touch: [],
    expectMounts: [],
    layer: { kind: "direct" },
    mounts: [{ op: "bind", source: "/dev", target: "/dev", flags: ["rw", "dev"] }],
    readonlyRoot: false,
    chdir: [facts.cwd, "/"],
    umask: facts.umask,
    limits: [],
    keepCaps: false,
    caps: "namespace",
    // With a single id no owner can be changed; package managers insist on trying.
    pretendIds: userns.kind === "root",
    init: true,
    keepFds: [],
    env: facts.env,
    exec: facts.program,
    argv: facts.argv,
  };
}

function namespaceIds({ user, subordinate, uidMap, gidMap }: NamespaceFacts): UserNamespace {
  if (user.uid === 0) return { kind: "ranges", maps: [...identity("u", uidMap), ...identity("g", gidMap)] };
  if ("missing" in subordinate) return { kind: "root" };
  const { uid, gid } = subordinate;
  return {
    kind: "ranges",
    maps: [
      { kind: "u", inside: 0, outside: user.uid, count: 1 },
      { kind: "u", inside: 1, outside: uid.start, count: uid.count },
      { kind: "g", inside: 0, outside: user.gid, count: 1 },
      { kind: "g", inside: 1, outside: gid.start, count: gid.count },
    ],
  };
}

// Every id that exists for root here keeps its number: in a container those may be few.
function identity(kind: "u" | "g", map: string): IdMap[] {
  return map
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([inside, , count]) => {
      if (inside === undefined || count === undefined || !(count > 0)) return [];
      return [{ kind, inside, outside: inside, count: Math.min(count, MAX_COUNT - inside) }];
    });
}
