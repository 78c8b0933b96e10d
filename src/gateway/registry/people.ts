// From a login to a person with teams: the first question of the token service and of the management routes alike.

import type { Principal } from "../types.ts";
import type { Book } from "./book.ts";
import type { Person } from "./rights.ts";

/** What is asked of the rest of the server. */
export interface PeopleParts {
  readonly book: Pick<Book, "teams">;
  /** A group of the name service. */
  readonly groupNumber: (name: string) => Promise<number | undefined>;
  /** Of the whole site. */
  readonly isAdmin: (who: Principal) => boolean;
}

/** The person that a principal is at the registry; nobody remains nobody. */
export async function personOf(who: Principal | undefined, parts: PeopleParts): Promise<Person | undefined> {
  if (who === undefined) return undefined;
  const { user, scopes } = who;
  const mayWrite = scopes === undefined || scopes.includes("manage") || scopes.includes("admin");
  return { user, teams: await teamsOf(who, parts), admin: parts.isAdmin(who), mayWrite };
}

async function teamsOf(who: Principal, { book, groupNumber }: PeopleParts): Promise<Person["teams"]> {
  const found = new Map<string, "write" | "admin">();
  const teams = await book.teams();
  const gids = teams.some(({ group }) => group !== undefined) ? await who.groups() : [];
  for (const { name, group, members } of teams) {
    const listed = members.get(who.user);
    if (listed !== undefined) found.set(name, listed);
    else if (group !== undefined && gids.includes((await groupNumber(group)) ?? -1)) found.set(name, "write");
  }
  return found;
}
