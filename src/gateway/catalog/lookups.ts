// The lookups that were remembered: what Shifter calls metrics (spec/shifter.md 1.3).

import type { Kysely } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { Lookup } from "../types.ts";

/** The last lookups of a system, oldest first. */
export async function lastLookups(db: Kysely<Tables>, system: string, limit: number): Promise<readonly Lookup[]> {
  const rows = await db
    .selectFrom("lookups")
    .where("system", "=", system)
    .selectAll()
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
  return rows.reverse().map((row) => ({
    user: row.user_name,
    uid: Number(row.uid),
    system: row.system,
    itype: row.itype,
    tag: row.tag,
    id: row.image_id,
    time: row.at,
  }));
}

/** Removes all lookups but the newest `keep`, of all systems together; their numbers rise without large gaps. */
export async function trimLookups(db: Kysely<Tables>, keep: number): Promise<void> {
  const newest = await db.selectFrom("lookups").select("id").orderBy("id", "desc").limit(1).executeTakeFirst();
  if (newest)
    await db
      .deleteFrom("lookups")
      .where("id", "<=", Number(newest.id) - keep)
      .execute();
}
