// The table `flights`: who fetches and converts a digest, so that nobody does it twice at once. A flight belongs to the
// server that boarded it; pulls that wait for its end are free again when it is gone, however it went.

import { sql, type Transaction } from "kysely";
import type { StoreKind } from "../../store/migrations/migration.ts";
import type { Tables } from "../../store/schema.ts";

type Trx = Transaction<Tables>;

/** A flight to be taken. */
export interface Boarding {
  readonly key: string;
  readonly digest: string;
  readonly server: string;
  readonly now: number;
}

/** Takes the flight. False: another has it, and it will not end before this transaction does. */
export async function takeFlight(trx: Trx, kind: StoreKind, { key, digest, server, now }: Boarding): Promise<boolean> {
  for (;;) {
    const taken = await trx
      .insertInto("flights")
      .values({ key, digest, server, started_at: now, heartbeat_at: now })
      .onConflict((conflict) => conflict.column("key").doNothing())
      .returning("key")
      .executeTakeFirst();
    if (taken) return true;
    // Held until this transaction ends: else the flight could land between this look and the follower's note, and the
    // follower wait for ever.
    const flight = trx.selectFrom("flights").select("key").where("key", "=", key);
    if (await (kind === "postgres" ? flight.forShare() : flight).executeTakeFirst()) return false;
  }
}

/** Ends flights of a server and frees who waited for them. Answers the ids of those. */
export async function endFlights(
  trx: Trx,
  server: string,
  keys: readonly string[] | "all",
): Promise<readonly string[]> {
  if (keys !== "all" && keys.length === 0) return [];
  let ending = trx.deleteFrom("flights").where("server", "=", server);
  if (keys !== "all") ending = ending.where("key", "in", [...keys]);
  await ending.execute();
  return freeFollowers(trx);
}

/** Frees the pulls that wait for a flight that is no more. Answers their ids. */
export async function freeFollowers(trx: Trx): Promise<readonly string[]> {
  const free = await trx
    .updateTable("pulls")
    .set({ flight: null })
    .where("flight", "is not", null)
    .where("flight", "not in", (from) => from.selectFrom("flights").select("key"))
    .returning("id")
    .execute();
  return free.map(({ id }) => id);
}

/** Removes flights of servers that no row knows. */
export async function removeStrayFlights(trx: Trx): Promise<void> {
  await sql`delete from flights where server not in (select id from servers)`.execute(trx);
}
