// Takes the next pull for this server. Claims of all servers go one after the other, so that the counts by which users
// are compared are true; rows that another transaction holds are passed over, not waited for.

import { type SelectQueryBuilder, sql } from "kysely";
import type { Tables } from "../../store/schema.ts";
import { fairOrder, type Loads, nextUsers, type UserLoad, type WaitingUser } from "./fair-order.ts";
import type { Parts, Trx } from "./parts.ts";
import type { PullRowRead } from "./pull-row.ts";
import { enter } from "./servers.ts";

/** Key of PostgreSQL's advisory lock for claims. */
const CLAIMS = 7_103_414_827;

/** Starts further back do not count when users are compared. */
const MEMORY_SECONDS = 3600;

/** The clocks of two servers may differ so much without that one of them was set back. */
const CLOCKS_DIFFER = 60;

const AT_WORK = sql<boolean>`finished_at is null and server is not null`;

/** Claims a row, or answers undefined when nothing is to be done. Part of `trx`. */
export async function claimRow(trx: Trx, parts: Parts, perUser: number): Promise<PullRowRead | undefined> {
  if (parts.store.kind === "postgres") await sql`select pg_advisory_xact_lock(${sql.lit(CLAIMS)})`.execute(trx);
  await enter(trx, parts.options.server, parts.now());
  const users = await waitingUsers(trx, parts);
  if (users.length === 0) return undefined;
  for (const uid of nextUsers(users, await readLoads(trx, parts.now()), perUser)) {
    const id = await firstFree(trx, parts, uid);
    if (id !== undefined) return take(trx, parts, id);
  }
  return undefined;
}

/** Positions of all waiting pulls by id: how many will be worked on before. */
export async function readPositions(parts: Parts): Promise<ReadonlyMap<string, number>> {
  const waiting = await parts.store.db
    .selectFrom("pulls")
    .select(["id", "uid", "created_at as createdAt"])
    .where("finished_at", "is", null)
    .where("server", "is", null)
    .execute();
  const loads = waiting.length === 0 ? new Map() : await readLoads(parts.store.db, parts.now());
  return new Map(fairOrder(waiting, loads).map(({ id }, position) => [id, position]));
}

async function waitingUsers(trx: Trx, parts: Parts): Promise<readonly WaitingUser[]> {
  const rows = await waiting(trx, parts)
    .select(["uid", ({ fn }) => fn.min("created_at").filterWhere(ready(parts.now())).as("oldest")])
    .groupBy("uid")
    .execute();
  return rows.map(({ uid, oldest }) => ({
    uid,
    first: oldest === null ? undefined : { createdAt: Number(oldest) },
  }));
}

async function firstFree(trx: Trx, parts: Parts, uid: number | null): Promise<string | undefined> {
  let query = waiting(trx, parts)
    .select("id")
    .where("uid", uid === null ? "is" : "=", uid)
    .where(ready(parts.now()))
    .orderBy("created_at")
    .orderBy("id")
    .limit(1);
  if (parts.store.kind === "postgres") query = query.forUpdate().skipLocked();
  return (await query.executeTakeFirst())?.id;
}

function take(trx: Trx, { server, now }: Parts, id: string): Promise<PullRowRead | undefined> {
  const time = now();
  return (
    trx
      .updateTable("pulls")
      // A pause is over once and for all, however the clock is set afterwards.
      .set({ server, started_at: time, heartbeat_at: time, not_before: 0 })
      .set(({ eb }) => ({ attempts: eb("attempts", "+", 1) }))
      .where("id", "=", id)
      .returningAll()
      .executeTakeFirst()
  );
}

// What the old work on a pull has not let go of yet is not claimed by the same server again.
function waiting(trx: Trx, { held }: Parts): SelectQueryBuilder<Tables, "pulls", object> {
  const query = trx
    .selectFrom("pulls")
    .where("finished_at", "is", null)
    .where("server", "is", null)
    .where("flight", "is", null)
    .where("cancelled", "=", 0);
  return held.size === 0 ? query : query.where("id", "not in", [...held.keys()]);
}

// A row touched in the future shows that the clock was set back since: then its pause is over, whatever it says.
function ready(now: number) {
  return sql<boolean>`(not_before <= ${now} or heartbeat_at > ${now + CLOCKS_DIFFER})`;
}

async function readLoads(db: Pick<Trx, "selectFrom">, now: number): Promise<Loads> {
  const rows = await db
    .selectFrom("pulls")
    .select(["uid", ({ fn }) => fn.max("started_at").as("lastStart")])
    .select(({ fn }) => fn.countAll<number>().filterWhere(AT_WORK).as("underWay"))
    .where(({ eb, or }) => or([eb("started_at", ">", now - MEMORY_SECONDS), AT_WORK]))
    .groupBy("uid")
    .execute();
  const loads = rows.map(({ uid, underWay, lastStart }): [number | null, UserLoad] => {
    // Of a start in the future only the clock is to blame.
    return [uid, { underWay, lastStart: Math.min(lastStart ?? 0, now) }];
  });
  return new Map(loads);
}
