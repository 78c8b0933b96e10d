// How many secrets there are of somebody, for quotas: read within the transaction that adds one.

import type { Kysely } from "kysely";
import type { Tables } from "../../store/schema.ts";

/** How many somebody owns. */
export async function secretsOwned(db: Kysely<Tables>, uid: number): Promise<number> {
  const count = db
    .selectFrom("secrets")
    .select((row) => row.fn.countAll().as("n"))
    .where("owner_uid", "=", uid);
  return Number((await count.executeTakeFirst())?.n ?? 0);
}

/** Names of all secrets. */
export async function secretNames(db: Kysely<Tables>): Promise<readonly string[]> {
  const rows = await db.selectFrom("secrets").select("name").execute();
  return rows.map(({ name }) => name);
}
