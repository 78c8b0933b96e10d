// Who the program of a bundle is, and in which user namespace: decided from the configuration's user and mappings, the caller, and the
// caller's subordinate ids. Pure.

import type { User } from "../platform/user.ts";
import type { IdMap, LaunchPlan, UserNamespace } from "../run/launch-plan.ts";
import type { SubordinateIds } from "../run/subordinate-ids.ts";
import type { BundleConfig, IdMapping } from "./config.ts";
import { fail } from "./errors.ts";

/** The part of a launch plan that says who the program is. */
export type BundleUser = Pick<LaunchPlan, "userns" | "caps" | "setid" | "groups">;

type Caller = Pick<User, "uid" | "gid" | "name">;

/** Decides. @throws E_BUNDLE_USER */
export function bundleUser(config: BundleConfig, caller: Caller, ids: SubordinateIds): BundleUser {
  const { uid, gid, groups } = config.process;
  const userns = namespaceFor(config, caller, ids);
  const caps =
    config.process.capabilities.length > 0 && userns.kind !== "none" && userns.kind !== "self" ? "namespace" : "none";
  const who = uid !== 0 || gid !== 0 || groups.length > 0 ? { uid, gid } : undefined;
  // With one id there is nobody else to become; groups of the caller stay as they are.
  if (userns.kind === "self" || userns.kind === "root") return { userns, caps, setid: undefined };
  return { userns, caps, setid: who, groups: who ? groups : [] };
}

function namespaceFor(config: BundleConfig, caller: Caller, ids: SubordinateIds): UserNamespace {
  const { uid, gid } = config.process;
  const maps = { u: config.uidMappings, g: config.gidMappings };
  if (!config.namespaces.has("user") || maps.u.length + maps.g.length === 0) {
    if (caller.uid === 0) return { kind: "none" };
    if (uid === caller.uid && gid === caller.gid) return { kind: "self" };
    // An ordinary user cannot be the host's root: root of a namespace is what there is.
    if (uid === 0 && gid === 0) return { kind: "root" };
    return ranges(caller, ids, `${uid}:${gid}`);
  }
  const single = singleNamespace(maps, caller);
  if (single === undefined) return mapped(maps, caller);
  const fits = single.kind === "root" ? uid === 0 && gid === 0 : uid === caller.uid && gid === caller.gid;
  if (!fits) throw fail("E_BUNDLE_USER", { user: `${uid}:${gid}`, why: "its mappings have no such user" });
  return single;
}

interface Maps {
  readonly u: readonly IdMapping[];
  readonly g: readonly IdMapping[];
}

// The caller mapped to 0, or to himself: what every user may do.
function singleNamespace({ u, g }: Maps, caller: Caller): { readonly kind: "root" | "self" } | undefined {
  const [[user, ...users], [group, ...groups]] = [u, g];
  if (user === undefined || group === undefined || users.length + groups.length > 0) return undefined;
  if (user.size !== 1 || group.size !== 1 || user.hostID !== caller.uid || group.hostID !== caller.gid)
    return undefined;
  if (user.containerID === 0 && group.containerID === 0) return { kind: "root" };
  return user.containerID === caller.uid && group.containerID === caller.gid ? { kind: "self" } : undefined;
}

// newuidmap and newgidmap say whether the caller may have these; asking for the caller's own as 0 is what they are made for.
function mapped({ u, g }: Maps, caller: Caller): UserNamespace {
  const own = (maps: readonly IdMapping[], id: number) =>
    maps.some(({ containerID, hostID }) => containerID === 0 && hostID === id);
  if (!own(u, caller.uid) || !own(g, caller.gid)) {
    const why = `its mappings must have ${caller.uid} and the group ${caller.gid} of the host as 0`;
    throw fail("E_BUNDLE_USER", { user: "0:0", why });
  }
  const maps = (kind: IdMap["kind"], from: readonly IdMapping[]) =>
    from.map(({ containerID, hostID, size }): IdMap => ({ kind, inside: containerID, outside: hostID, count: size }));
  return { kind: "ranges", maps: [...maps("u", u), ...maps("g", g)] };
}

function ranges(caller: Caller, ids: SubordinateIds, user: string): UserNamespace {
  if ("missing" in ids) throw fail("E_BUNDLE_USER", { user, why: ids.missing });
  const map = (
    kind: IdMap["kind"],
    own: number,
    range: { readonly start: number; readonly count: number },
  ): IdMap[] => [
    { kind, inside: 0, outside: own, count: 1 },
    { kind, inside: 1, outside: range.start, count: range.count },
  ];
  return { kind: "ranges", maps: [...map("u", caller.uid, ids.uid), ...map("g", caller.gid, ids.gid)] };
}
