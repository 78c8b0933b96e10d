// What somebody may do on the whole site, by the site's lists. Pure.

import type { AccountsConfig } from "../site/services/accounts.ts";
import type { Person, Role } from "./types.ts";

type Lists = Pick<AccountsConfig, "admins" | "operators" | "viewers" | "users">;

/** All roles of somebody; none: he may not use the services at all. */
export function rolesOf(person: Pick<Person, "user" | "groups">, lists: Lists): readonly Role[] {
  const may: readonly (readonly [Role, boolean])[] = [
    ["admin", isListed(person, lists.admins)],
    ["operator", isListed(person, lists.operators)],
    ["viewer", isListed(person, lists.viewers)],
    ["user", lists.users === undefined || isListed(person, lists.users)],
  ];
  return may.flatMap(([role, has]) => (has ? [role] : []));
}

/** True when the list names the person, or with @ one of his groups: whole names, never parts. */
export function isListed({ user, groups }: Pick<Person, "user" | "groups">, list: readonly string[]): boolean {
  return list.some((name) => (name.startsWith("@") ? groups.includes(name.slice(1)) : name === user));
}

/** Collaboration accounts that somebody may run services as. */
export function mayActAs(
  person: Pick<Person, "user" | "groups">,
  { collaboration }: Pick<AccountsConfig, "collaboration">,
) {
  return [...collaboration].flatMap(([account, list]) => (isListed(person, list) ? [account] : []));
}
