// What workers do with pulls: take one, share a flight or lead it, end it. `parts.held` says in memory what the rows say in
// the database, and is changed so that it never says less.

import { hasCode } from "../../base/errors.ts";
import type { ClaimedPull, PullEnd } from "../records.ts";
import type { RegistryCredential } from "../types.ts";
import { claimRow } from "./claim.ts";
import { endFlights, takeFlight } from "./flights.ts";
import { endOf, followerOf } from "./lifecycle.ts";
import { change, type Held, lockedPull, type Parts, passes, type Trx, tellChanged, tellWork } from "./parts.ts";
import { type PullRowRead, toRecord } from "./pull-row.ts";

/** Claims the next pull with its credentials. One whose credentials cannot be opened ends, since nobody could do it. */
export async function claimNext(parts: Parts, perUser: number): Promise<ClaimedPull | undefined> {
  for (;;) {
    const row = await hold(parts, perUser);
    if (!row) return undefined;
    const registries = unsealed(parts, row);
    if (registries) return { ...toRecord(row, 0), attempts: row.attempts, registries };
    const message = "the registry credentials sent with the request can no longer be read: pull again";
    await endHeld(parts, row.id, { kind: "failed", message, code: "E_SEAL_BROKEN" });
  }
}

/** Ends a pull. Where the database cannot take it now, `endLeftOver` says it later, and the pull stays ours until then. */
export async function endHeld(parts: Parts, id: string, end: PullEnd): Promise<void> {
  const held = parts.held.get(id);
  if (!held) return;
  held.end = end;
  try {
    await writeEnd(parts, id, held, end);
  } catch (error) {
    if (!passes(error)) throw error;
  }
}

/** Writes the ends that could not be written. */
export async function endLeftOver(parts: Parts): Promise<void> {
  for (const [id, held] of parts.held) if (held.end) await writeEnd(parts, id, held, held.end);
}

/** Takes the flight for a pull, or lets go of the pull until the flight ends. False: let go of. */
export async function boardHeld(parts: Parts, id: string, key: string, digest: string): Promise<boolean> {
  const { store, server, now, held } = parts;
  const mine = held.get(id);
  const leads = await change(parts, async (trx) => {
    const row = await lockedPull(trx, parts, id);
    if (!mine || !isOurs(parts, row)) return false;
    if (mine.flights.has(key)) return true;
    if (await takeFlight(trx, store.kind, { key, digest, server, now: now() })) return true;
    const waits = followerOf(row, key, now());
    await trx.updateTable("pulls").set(waits).where("id", "=", id).execute();
    await tellChanged(store, trx, [id, ...(await endFlights(trx, server, [...mine.flights]))]);
    return false;
  });
  if (!leads || !mine) {
    held.delete(id);
    return false;
  }
  // Whoever else of this server believed to have it lost it when the server was taken for dead.
  for (const { flights } of held.values()) flights.delete(key);
  mine.flights.add(key);
  return true;
}

/** Ends a flight. */
export async function landFlight(parts: Parts, key: string): Promise<void> {
  const { store, server, held } = parts;
  await change(parts, async (trx) => {
    await tellChanged(store, trx, await endFlights(trx, server, [key]));
    await tellWork(store, trx);
  });
  for (const { flights } of held.values()) flights.delete(key);
}

async function hold(parts: Parts, perUser: number): Promise<PullRowRead | undefined> {
  const { held, store } = parts;
  let taken: string | undefined;
  const letGo = () => taken !== undefined && held.delete(taken);
  const attempt = async (trx: Trx) => {
    // Of an earlier run of the same transaction.
    letGo();
    const row = await claimRow(trx, parts, perUser);
    taken = row?.id;
    // Before the commit, so that a heartbeat at this moment does not take the row for a stray.
    if (row) held.set(row.id, { stopped: false, flights: new Set(), end: undefined });
    if (row) await tellChanged(store, trx, [row.id]);
    return row;
  };
  try {
    return await change(parts, attempt);
  } catch (error) {
    letGo();
    throw error;
  }
}

async function writeEnd(parts: Parts, id: string, held: Held, end: PullEnd): Promise<void> {
  const { store, server, now, options } = parts;
  await change(parts, async (trx) => {
    const row = await lockedPull(trx, parts, id);
    // Put back by others, who took us for dead: then it is theirs, and its flights have ended.
    if (!isOurs(parts, row)) return;
    const ending = endOf(row, end, options.attempts, now());
    await trx.updateTable("pulls").set(ending).where("id", "=", id).execute();
    await tellChanged(store, trx, [id, ...(await endFlights(trx, server, [...held.flights]))]);
    // Its user has one job less, and perhaps it waits again itself.
    await tellWork(store, trx);
  });
  parts.held.delete(id);
}

function isOurs({ server }: Parts, row: PullRowRead | undefined): row is PullRowRead {
  return row?.server === server && row.finished_at === null;
}

function unsealed({ options }: Parts, row: PullRowRead): ReadonlyMap<string, RegistryCredential> | undefined {
  if (row.credentials === null) return new Map();
  try {
    return new Map(JSON.parse(options.seal.open(row.credentials, row.id)) as [string, RegistryCredential][]);
  } catch (error) {
    if (hasCode(error, "E_SEAL_BROKEN")) return undefined;
    throw error;
  }
}
