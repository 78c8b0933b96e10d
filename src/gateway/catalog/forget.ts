// Forgets images that are long gone: the rows of EXPIRED ones, and with them their names and readers. What was told of them
// stays: the history of their names, and events.

import type { Kysely } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { Change } from "./changes.ts";

/** Rows of one transaction: others wait no longer for it than for a pull. */
export const AT_ONCE = 500;

/** How many images of the system were removed before that time. */
export async function countGone(db: Kysely<Tables>, system: string, before: number): Promise<number> {
  const { count } = await gone(db, system, before)
    .select((eb) => eb.fn.countAll().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Forgets some of them; answers how many. Fewer than `AT_ONCE`: these were the last. */
export async function forgetGone({ trx, touch }: Change, system: string, before: number): Promise<number> {
  const rows = await trx
    .deleteFrom("images")
    .where("key", "in", gone(trx, system, before).select("key").orderBy("key").limit(AT_ONCE))
    // Again, and now of the locked row: a pull may have brought it back since it was chosen.
    .where("status", "=", "EXPIRED")
    .returning("key")
    .execute();
  for (const { key } of rows) touch(Number(key));
  return rows.length;
}

// The end of an image's time is the moment of its removal (status.ts); a record of Shifter may have none.
function gone(db: Kysely<Tables>, system: string, before: number) {
  return db
    .selectFrom("images")
    .where((eb) => eb.and({ system, status: "EXPIRED" }))
    .where((eb) => eb(eb.fn.coalesce("expires", "last_pull"), "<", before));
}
