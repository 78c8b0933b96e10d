// Heartbeats, and what dead servers left: their pulls go back into the queue, their flights end. Also sweeps up what no
// living server can have meant: work of this server that no worker of it knows, followers of flights that are gone.

import { endFlights, freeFollowers, removeStrayFlights } from "./flights.ts";
import { type Ending, putBack } from "./lifecycle.ts";
import { type Parts, type Trx, tellChanged, tellWork } from "./parts.ts";
import { type DeathWatch, type Heartbeat, writeHeartbeat } from "./servers.ts";

/** Says that this server lives and works on what it holds. */
export async function beatOwn(parts: Parts, time: number): Promise<void> {
  const { store, server, options, held } = parts;
  await store.transaction(async (trx) => {
    await writeHeartbeat(trx, options.server, time);
    if (held.size > 0)
      await trx
        .updateTable("pulls")
        .set({ heartbeat_at: time })
        .where("server", "=", server)
        .where("finished_at", "is", null)
        .where("id", "in", [...held.keys()])
        .execute();
    await trx.updateTable("flights").set({ heartbeat_at: time }).where("server", "=", server).execute();
  });
}

/** Puts back the work of the dead, and strays. Answers how many pulls were put back. */
export async function takeOver(parts: Parts, watch: DeathWatch): Promise<number> {
  const { store, server } = parts;
  const others = await store.db
    .selectFrom("servers")
    .select(["id", "host", "heartbeat_at"])
    .where("id", "!=", server)
    .execute();
  const dead = watch.dead(others);
  return store.transaction(async (trx) => {
    const back: string[] = [];
    for (const one of dead)
      if (await bury(trx, one)) back.push(...(await putBackOf(trx, parts, one.id, died(others, one))));
    back.push(...(await putBackStrays(trx, parts)));
    await removeStrayFlights(trx);
    const freed = await freeFollowers(trx);
    await endCancelled(trx, parts);
    await tellChanged(store, trx, [...back, ...freed]);
    if (back.length + freed.length > 0) await tellWork(store, trx);
    return back.length;
  });
}

/** After a start: what this server had at work when it ended is nobody's. Answers how many pulls were put back. */
export async function recoverOwn(parts: Parts): Promise<number> {
  const { store, server, options, now } = parts;
  return store.transaction(async (trx) => {
    await writeHeartbeat(trx, options.server, now());
    await trx.updateTable("servers").set({ started_at: now() }).where("id", "=", server).execute();
    const back = await putBackOf(trx, parts, server, "the server was started again");
    const freed = await endFlights(trx, server, "all");
    await tellChanged(store, trx, [...back, ...freed]);
    await tellWork(store, trx);
    return back.length;
  });
}

/** Hands back everything at a graceful end, without counting the attempt, and leaves the list of servers. */
export async function leave(parts: Parts): Promise<void> {
  const { store, server } = parts;
  await store.transaction(async (trx) => {
    await trx
      .updateTable("pulls")
      .set(({ eb }) => ({ attempts: eb("attempts", "-", 1) }))
      .where("server", "=", server)
      .where("finished_at", "is", null)
      .execute();
    const back = await putBackOf(trx, parts, server, "the server was stopped");
    const freed = await endFlights(trx, server, "all");
    await trx.deleteFrom("servers").where("id", "=", server).execute();
    await tellChanged(store, trx, [...back, ...freed]);
    await tellWork(store, trx);
  });
}

// False: it has beaten since it was looked at, or another server was first.
async function bury(trx: Trx, { id, heartbeat_at }: Heartbeat): Promise<boolean> {
  const gone = await trx
    .deleteFrom("servers")
    .where("id", "=", id)
    .where("heartbeat_at", "=", heartbeat_at)
    .returning("id")
    .executeTakeFirst();
  return gone !== undefined;
}

function died(others: readonly { readonly id: string; readonly host: string }[], { id }: Heartbeat): string {
  return `the server on ${others.find((one) => one.id === id)?.host ?? "another machine"} does not answer any more`;
}

async function putBackOf(trx: Trx, parts: Parts, server: string, reason: string): Promise<readonly string[]> {
  const { now, options } = parts;
  const pulls = await atWork(trx, parts).where("server", "=", server).execute();
  return putBack(trx, pulls, { reason, limit: options.attempts, now: now() });
}

async function putBackStrays(trx: Trx, parts: Parts): Promise<readonly string[]> {
  const { server, held, now, options } = parts;
  const known = trx.selectFrom("servers").select("id");
  const pulls = await atWork(trx, parts)
    .where(({ eb, or }) => or([eb("server", "=", server), eb("server", "not in", known)]))
    .execute();
  // Looked up only now: a claim enters here what it takes before it is committed, so that its row cannot look astray.
  const strays = pulls.filter(({ id, server: whose }): boolean => whose !== server || !held.has(id));
  return putBack(trx, strays, { reason: "its server forgot it", limit: options.attempts, now: now() });
}

function atWork(trx: Trx, { store }: Parts) {
  const query = trx
    .selectFrom("pulls")
    .select(["id", "server", "attempts", "cancelled"])
    .where("finished_at", "is", null)
    .where("server", "is not", null);
  return store.kind === "postgres" ? query.forUpdate() : query;
}

// Cancelled while it was being put back.
async function endCancelled(trx: Trx, parts: Parts): Promise<void> {
  const pulls: readonly Ending[] = await trx
    .selectFrom("pulls")
    .select(["id", "attempts", "cancelled"])
    .where("finished_at", "is", null)
    .where("server", "is", null)
    .where("cancelled", "=", 1)
    .execute();
  await putBack(trx, pulls, { reason: "cancelled", limit: parts.options.attempts, now: parts.now() });
}
