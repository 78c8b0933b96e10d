// What people have said of the site's registry: teams and namespaces. Speaks SQL; who may change what is decided by the
// office. Every method is one statement or one transaction.

import type { RegistryNamespaceRow, RegistryTeamRow } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import type { Grant } from "./rights.ts";
import type { TagRule } from "./tag-rules.ts";

/** People who own namespaces together. */
export interface Team {
  readonly name: string;
  /** A group of the name service whose members may write; undefined: only those listed. */
  readonly group: string | undefined;
  /** User names. */
  readonly members: ReadonlyMap<string, "write" | "admin">;
}

/** What is said of all repositories whose names begin with it. */
export interface Namespace {
  readonly name: string;
  /** Undefined: a person's own. */
  readonly team: string | undefined;
  readonly grants: readonly Grant[];
  readonly tagRules: readonly TagRule[];
}

/** Teams and namespaces. */
export interface Book {
  teams(): Promise<readonly Team[]>;
  saveTeam(team: Team): Promise<void>;
  /** The namespace that keeps it from being removed, if there is one; undefined: it is gone. */
  removeTeam(name: string): Promise<string | undefined>;
  namespaces(): Promise<readonly Namespace[]>;
  namespace(name: string): Promise<Namespace | undefined>;
  saveNamespace(namespace: Namespace): Promise<void>;
  removeNamespace(name: string): Promise<void>;
}

/** The book in the store. */
export function registryBook(store: Pick<Store, "db" | "now" | "transaction">): Book {
  const { db } = store;
  return {
    teams: async () => (await db.selectFrom("registry_teams").selectAll().orderBy("name").execute()).map(teamOf),
    async saveTeam({ name, group, members }) {
      const said = { directory_group: group ?? null, members: JSON.stringify(Object.fromEntries(members)) };
      await db
        .insertInto("registry_teams")
        .values({ name, ...said, created_at: store.now() })
        .onConflict((conflict) => conflict.column("name").doUpdateSet(said))
        .execute();
    },
    removeTeam: (name) =>
      store.transaction(async (trx) => {
        const owned = trx.selectFrom("registry_namespaces").select("name").where("team", "=", name).orderBy("name");
        const first = await owned.limit(1).executeTakeFirst();
        if (first === undefined) await trx.deleteFrom("registry_teams").where("name", "=", name).execute();
        return first?.name;
      }),
    namespaces: async () =>
      (await db.selectFrom("registry_namespaces").selectAll().orderBy("name").execute()).map(namespaceOfRow),
    async namespace(name) {
      const found = db.selectFrom("registry_namespaces").selectAll().where("name", "=", name);
      const row = await found.executeTakeFirst();
      return row && namespaceOfRow(row);
    },
    async saveNamespace({ name, team, grants, tagRules }) {
      const said = { team: team ?? null, grants: JSON.stringify(grants), tag_rules: JSON.stringify(tagRules) };
      await db
        .insertInto("registry_namespaces")
        .values({ name, ...said, created_at: store.now() })
        .onConflict((conflict) => conflict.column("name").doUpdateSet(said))
        .execute();
    },
    async removeNamespace(name) {
      await db.deleteFrom("registry_namespaces").where("name", "=", name).execute();
    },
  };
}

function teamOf(row: RegistryTeamRow): Team {
  const members = JSON.parse(row.members) as Readonly<Record<string, "write" | "admin">>;
  return { name: row.name, group: row.directory_group ?? undefined, members: new Map(Object.entries(members)) };
}

function namespaceOfRow(row: RegistryNamespaceRow): Namespace {
  const grants = JSON.parse(row.grants) as readonly Grant[];
  return { name: row.name, team: row.team ?? undefined, grants, tagRules: JSON.parse(row.tag_rules) as TagRule[] };
}
