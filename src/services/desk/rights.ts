// Who may do what with a stack (spec/services.md OWN-01, OWN-02): owner and staff-owner everything, members of its groups and
// operators all that keeps it going, viewers nothing but look. Pure; knows no records but what it is given.

import type { StackSpec } from "../../recipe/stack/types.ts";
import type { Stack } from "../types.ts";
import { fail } from "./errors.ts";
import type { Right, Role, SignedIn } from "./types.ts";

/** What of a stack decides who may. */
export type Ownership = Pick<Stack, "name" | "owner" | "group" | "staffOwner" | "staffGroup">;

const SCOPES = ["read", "pull", "manage", "admin"] as const;
type Scope = (typeof SCOPES)[number];
const RIGHTS: readonly Right[] = ["see", "operate", "change"];

/** True when the request's token goes that far; a wider scope holds the narrower ones. */
export function hasScope({ scopes }: Pick<SignedIn, "scopes">, scope: Scope): boolean {
  const wanted = SCOPES.indexOf(scope);
  return scopes === undefined || scopes.some((own) => (SCOPES as readonly string[]).indexOf(own) >= wanted);
}

/** Whether somebody has a role, and says so with this request: a token without the scope `admin` leaves it at home. */
export function hasRole(who: SignedIn, ...roles: readonly Role[]): boolean {
  const powerful = roles.some((role) => role === "operator" || role === "admin");
  return roles.some((role) => who.roles.includes(role)) && (!powerful || hasScope(who, "admin"));
}

/** Whether somebody sees all stacks of the site. */
export function seesAll(who: SignedIn): boolean {
  return hasRole(who, "viewer") || hasRole(who, "operator", "admin");
}

/** The most that somebody may do with a stack; undefined: nothing, not even see it. */
export function rightOf(who: SignedIn, stack: Ownership): Right | undefined {
  const own = ownRight(who, stack);
  if (own !== undefined) return mayChange(who) && hasScope(who, "manage") ? own : "see";
  return seesAll(who) ? "see" : undefined;
}

function ownRight(who: SignedIn, { owner, group, staffOwner, staffGroup }: Ownership): Right | undefined {
  if (hasRole(who, "admin") || who.user === owner || who.user === staffOwner) return "change";
  if (hasRole(who, "operator")) return "operate";
  const groups = [group, staffGroup].filter((name) => name !== undefined);
  return groups.some((name) => who.groups.includes(name)) ? "operate" : undefined;
}

function mayChange({ roles }: SignedIn): boolean {
  return roles.some((role) => role !== "viewer");
}

/** @throws E_DESK_SCOPE, E_DESK_VIEWER unless somebody may change anything at all */
export function requireDoer(who: SignedIn, what: string): void {
  if (!mayChange(who)) throw fail("E_DESK_VIEWER", { user: who.user });
  if (!hasScope(who, "manage")) throw fail("E_DESK_SCOPE", { what, scope: "manage" });
}

/** The right that somebody has, at least `needed`. @throws E_DESK_NOT_YOURS, E_DESK_OWNER_ONLY, E_DESK_VIEWER, E_DESK_SCOPE */
export function requireRight(who: SignedIn, stack: Ownership, needed: Right, what: string): Right {
  const right = rightOf(who, stack);
  if (right !== undefined && RIGHTS.indexOf(right) >= RIGHTS.indexOf(needed)) return right;
  if (ownRight(who, stack) === undefined) throw fail("E_DESK_NOT_YOURS", { stack: stack.name, who: stack.owner });
  requireDoer(who, what);
  throw fail("E_DESK_OWNER_ONLY", { stack: stack.name, what, owner: stack.owner });
}

/**
 * Who may make a stack what its tags say: services run as its owner, so nobody gives a stack to somebody else but an
 * administrator. @throws E_DESK_FOR_ANOTHER, E_DESK_OWNER_ONLY
 */
export function requireTags(who: SignedIn, { name, tags }: Pick<StackSpec, "name" | "tags">, before?: Stack): void {
  const changed = (tag: string) => before === undefined || (before.tags[tag] ?? "") !== (tags[tag] ?? "");
  const ownership = ["owner", "group", "staff-owner", "staff-group"].filter(changed);
  if (ownership.length === 0) return;
  if (before) requireRight(who, before, "change", "change its tags");
  if (hasRole(who, "admin")) return;
  const { owner, group } = tags;
  if (ownership.includes("owner") && owner !== undefined && owner !== who.user)
    throw fail("E_DESK_FOR_ANOTHER", { user: who.user, stack: name, kind: "user", name: owner, tag: "owner" });
  if (ownership.includes("group") && group !== undefined && !who.groups.includes(group))
    throw fail("E_DESK_FOR_ANOTHER", { user: who.user, stack: name, kind: "group", name: group, tag: "group" });
}

/**
 * Who may run programs as any user of a container: where it has nothing but what is its own. With folders of the machine or
 * volumes of others, the rules judged as whom it may use them, and that holds for shells. @throws E_DESK_EXEC_USER
 */
export function requireUser(
  who: SignedIn,
  { services, volumes }: Pick<StackSpec, "services" | "volumes">,
  { service, user }: { readonly service: string; readonly user: string },
): void {
  const spec = services.find(({ name }) => name === service);
  if (hasRole(who, "admin") || spec?.user === user) return;
  const own = volumes.filter(({ external, driver, options }) => {
    return external === undefined && (driver ?? "local") === "local" && Object.keys(options).length === 0;
  });
  const strange = spec?.mounts.find(
    (mount) => mount.kind === "bind" || (mount.kind === "volume" && !own.some(({ name }) => name === mount.volume)),
  );
  if (strange) throw fail("E_DESK_EXEC_USER", { service, target: strange.target });
}
