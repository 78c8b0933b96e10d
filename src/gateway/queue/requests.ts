// What people do to the queue: they add a request and cancel one. Each is one transaction.

import { randomUUID } from "node:crypto";
import { lockName } from "../../store/name-lock.ts";
import type { Admission, NewPull, Unfinished } from "../records.ts";
import type { ImageName } from "../types.ts";
import { cancelledEnd } from "./lifecycle.ts";
import { CHANNEL, change, lockedPull, type Parts, type Trx, tellChanged, tellWork } from "./parts.ts";
import { type PullRowRead, toRow } from "./pull-row.ts";

/** For so long people can ask what became of their pulls. */
const KEEP_SECONDS = 86_400;

/** Whoever asks whether there is room waits for those who asked before and are about to take it. */
const ADMISSIONS = "berth admissions to the gateway's queue";

/** Adds a request, or finds the unfinished one of the same name. `made`: it is new. */
export async function addRequest(
  parts: Parts,
  request: NewPull,
  admit?: Admission,
): Promise<{ readonly row: PullRowRead; readonly made: boolean }> {
  const { now, options } = parts;
  const id = randomUUID();
  const { registries } = request;
  const sealed = registries.size === 0 ? null : options.seal.close(JSON.stringify([...registries]), id);
  return change(parts, async (trx) => {
    if (admit) await lockName(trx, parts.store.kind, ADMISSIONS);
    for (;;) {
      const row = await insertPull(trx, toRow(id, request, now(), sealed));
      if (row) {
        await admit?.(await unfinishedBut(trx, row), trx);
        await tellChanged(parts.store, trx, [id]);
        await tellWork(parts.store, trx);
        return { row, made: true };
      }
      const found = await unfinishedOf(trx, request);
      // Else it ended between the two.
      if (found) return { row: found, made: false };
    }
  });
}

/** Ends a request that waits; of one at work the worker is told. */
export async function cancelRequest(parts: Parts, id: string): Promise<void> {
  const { store, now } = parts;
  await change(parts, async (trx) => {
    const row = await lockedPull(trx, parts, id);
    if (!row || row.finished_at !== null) return;
    await trx
      .updateTable("pulls")
      .set({ ...(row.server === null ? cancelledEnd(now()) : {}), cancelled: 1 })
      .where("id", "=", id)
      .execute();
    await store.notify(CHANNEL.cancelled, id, trx);
    await tellChanged(store, trx, [id]);
  });
}

/** Drops the records of failures older than so many seconds, and of whatever else ended a day ago. Answers how many. */
export async function dropFinished({ store, now }: Parts, failuresOlderThan: number): Promise<number> {
  const time = now();
  const dropped = await store.db
    .deleteFrom("pulls")
    .where("finished_at", "is not", null)
    .where(({ eb, and, or }) =>
      or([
        and([eb("status", "=", "FAILURE"), eb("finished_at", "<", time - failuresOlderThan)]),
        eb("finished_at", "<", time - KEEP_SECONDS),
      ]),
    )
    .executeTakeFirst();
  return Number(dropped.numDeletedRows);
}

function insertPull(trx: Trx, row: ReturnType<typeof toRow>): Promise<PullRowRead | undefined> {
  return trx
    .insertInto("pulls")
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
}

async function unfinishedBut(trx: Trx, { id, uid, gid }: PullRowRead): Promise<Unfinished> {
  const counts = await trx
    .selectFrom("pulls")
    .select(({ fn, eb }) => [
      fn.countAll<number>().as("total"),
      fn
        .countAll<number>()
        .filterWhere(eb("uid", "is not distinct from", uid))
        .as("own"),
      fn
        .countAll<number>()
        .filterWhere(eb("gid", "is not distinct from", gid))
        .as("group"),
    ])
    .where("finished_at", "is", null)
    .where("id", "!=", id)
    .executeTakeFirstOrThrow();
  return { total: Number(counts.total), own: Number(counts.own), group: Number(counts.group) };
}

function unfinishedOf(trx: Trx, { system, itype, tag }: ImageName): Promise<PullRowRead | undefined> {
  return trx
    .selectFrom("pulls")
    .selectAll()
    .where(({ and }) => and({ system, itype, tag }))
    .where("finished_at", "is", null)
    .executeTakeFirst();
}
