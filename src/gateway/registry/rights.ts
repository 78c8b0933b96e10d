// Who may do what in a repository of the site's registry: teams own namespaces, people their own `users/NAME`, and both
// grant roles to others. Pure: records in, a role out.

/** What somebody may do; each includes the one before it. */
export type RegistryRole = "view" | "write" | "admin";

/** A role that the owners give to somebody. */
export interface Grant {
  /** `everyone` (also those without a login), `team:NAME` or `user:NAME`. */
  readonly to: string;
  readonly role: RegistryRole;
  /** For this repository only, named below the namespace; undefined: for all of it. */
  readonly repository?: string | undefined;
}

/** A namespace as far as rights go. */
export interface NamespaceRights {
  readonly name: string;
  readonly team: string | undefined;
  readonly grants: readonly Grant[];
}

/** Who asks, as far as rights go; undefined is nobody in particular. */
export interface Person {
  readonly user: string;
  /** Teams that he belongs to, with what he is there. */
  readonly teams: ReadonlyMap<string, "write" | "admin">;
  /** Of the whole site. */
  readonly admin: boolean;
  /** False: his token is for reading only. */
  readonly mayWrite: boolean;
}

const RANK: Readonly<Record<RegistryRole, number>> = { view: 1, write: 2, admin: 3 };
const ACTIONS: Readonly<Record<RegistryRole, readonly string[]>> = {
  view: ["pull"],
  write: ["pull", "push"],
  admin: ["pull", "push", "delete"],
};

/** The namespace that a repository lies in: `users/anna` of `users/anna/tool`, else the first part; undefined: none. */
export function namespaceOf(repository: string): string | undefined {
  return /^(users\/[^/]+|(?!users\/)[^/]+)\/./.exec(repository)?.[1];
}

/** The name of a person's own namespace. */
export function ownNamespace(user: string): string {
  return `users/${user}`;
}

/** The highest role of the person there; undefined: none. `namespace` is the one that `namespaceOf` names, if it is known. */
export function roleIn(
  repository: string,
  namespace: NamespaceRights | undefined,
  who: Person | undefined,
): RegistryRole | undefined {
  const roles: (RegistryRole | undefined)[] = [];
  if (who?.admin) roles.push("admin");
  if (who && namespaceOf(repository) === ownNamespace(who.user)) roles.push("admin");
  if (namespace?.team !== undefined) roles.push(who?.teams.get(namespace.team));
  for (const grant of namespace?.grants ?? []) {
    const covers = grant.repository === undefined || repository === `${namespace?.name}/${grant.repository}`;
    if (covers && isFor(grant.to, who)) roles.push(grant.role);
  }
  return highest(roles);
}

/** The actions of the distribution protocol that a role allows, of those asked for. */
export function allowedActions(
  role: RegistryRole | undefined,
  asked: readonly string[],
  who: Person | undefined,
): readonly string[] {
  if (role === undefined) return [];
  const may = who?.mayWrite === true ? ACTIONS[role] : ACTIONS.view;
  return asked.includes("*") ? may : asked.filter((action) => may.includes(action));
}

function isFor(to: string, who: Person | undefined): boolean {
  if (to === "everyone") return true;
  if (who === undefined) return false;
  return to === `user:${who.user}` || (to.startsWith("team:") && who.teams.has(to.slice("team:".length)));
}

function highest(roles: readonly (RegistryRole | undefined)[]): RegistryRole | undefined {
  let best: RegistryRole | undefined;
  for (const role of roles) if (role && (best === undefined || RANK[role] > RANK[best])) best = role;
  return best;
}
