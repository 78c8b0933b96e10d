// A person of the directory as the policy knows people.

import { isListed, mayActAs, rolesOf } from "../../accounts/roles.ts";
import type { Person as Account } from "../../accounts/types.ts";
import type { PersonFacts } from "../../policy/facts.ts";
import type { FactSources } from "./fact-sources.ts";

const GROUPS = 256;
// The one that lets somebody do the most: a viewer who may use the services, too, is no mere viewer.
const ROLES = ["admin", "operator", "user", "viewer"] as const;

/** Null: there is no such person. */
export async function personFacts(
  sources: Pick<FactSources, "directory" | "accounts">,
  person: Account | undefined,
): Promise<PersonFacts | null> {
  if (!person) return null;
  const { directory, accounts } = sources;
  const names = person.groups.slice(0, GROUPS);
  const gids = await Promise.all(names.map((name) => directory.groupNumber(name)));
  const groups = names.flatMap((name, at) => {
    const gid = gids[at];
    return gid === undefined ? [] : [{ name, gid }];
  });
  const roles = rolesOf(person, accounts);
  return {
    ...{ name: person.user, uid: person.uid, groups },
    staff: isListed(person, accounts.staff),
    role: ROLES.find((role) => roles.includes(role)),
    mayActAs: mayActAs(person, accounts),
  };
}
