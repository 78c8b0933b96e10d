// The queue of all servers over the store: implements `Queue` of ../records.ts. Every method is one transaction. Who may
// do what is the desk's business, the work itself the workers'.

import { randomUUID } from "node:crypto";
import { hasCode } from "../../base/errors.ts";
import type { ClaimedPull, NewPull, PullEnd, Queue } from "../records.ts";
import type { ImageName, Progress, PullRecord, RegistryCredential, Status } from "../types.ts";
import { claimRow } from "./claim.ts";
import { endFlights, takeFlight } from "./flights.ts";
import { cancelledEnd, endOf, followerOf } from "./lifecycle.ts";
import { QueueNews } from "./news.ts";
import { CHANNEL, type Held, type Parts, type QueueOptions, type Trx, tellChanged, tellWork } from "./parts.ts";
import { ProgressWriter } from "./progress.ts";
import { type PullRowRead, toRecord, toRow } from "./pull-row.ts";
import { DeathWatch } from "./servers.ts";
import { beatOwn, leave, recoverOwn, takeOver } from "./takeover.ts";
import { QueueView } from "./view.ts";

const LONGEST_SILENCE_MS = 60_000;

/** The queue as the server that owns it sees it. */
export interface ServerQueue extends Queue {
  /** How often `beat` is to be called. */
  readonly beatEveryMs: number;
  /** To be called once at start-up: puts back what this server had at work when it ended. Answers how many. */
  recover(): Promise<number>;
  /** Drops the records of failures older than so many seconds, and of other finished pulls older than a day. */
  dropFinished(failuresOlderThan: number): Promise<number>;
  /** Puts back what is at work, says good-bye to the others and stops listening. */
  close(): Promise<void>;
}

/** Makes the queue of one server. */
export function makeQueue(options: QueueOptions): ServerQueue {
  return new StoreQueue(options);
}

class StoreQueue implements ServerQueue {
  readonly beatEveryMs: number;
  readonly #parts: Parts;
  readonly #progress: ProgressWriter;
  readonly #news: QueueNews;
  readonly #watch: DeathWatch;
  readonly #view: QueueView;
  #lastBeat = 0;

  constructor(options: QueueOptions) {
    const { store, server, now, monotonic = () => performance.now(), heartbeatMs = LONGEST_SILENCE_MS } = options;
    const silenceMs = Math.min(heartbeatMs, LONGEST_SILENCE_MS);
    this.#parts = { options, store, server: server.id, now, monotonic, held: new Map() };
    this.#progress = new ProgressWriter(this.#parts);
    this.#news = new QueueNews(store, (id) => this.#stop(id));
    this.#view = new QueueView(this.#parts);
    this.#watch = new DeathWatch(silenceMs, monotonic);
    this.beatEveryMs = silenceMs / 6;
  }

  async add(request: NewPull): Promise<PullRecord> {
    const { store, now, options } = this.#parts;
    const id = randomUUID();
    const { registries } = request;
    const sealed = registries.size === 0 ? null : options.seal.close(JSON.stringify([...registries]), id);
    const row = await this.#change(async (trx) => {
      for (;;) {
        const made = await insertPull(trx, toRow(id, request, now(), sealed));
        if (made) {
          await tellChanged(store, trx, [id]);
          await tellWork(store, trx);
          return made;
        }
        const found = await unfinishedOf(trx, request);
        // Else it ended between the two.
        if (found) return found;
      }
    });
    const record = await this.#view.record(row);
    // What a client hears first is that its request is new; from then on that it waits.
    return row.id === id ? { ...record, status: "INIT" } : record;
  }

  find(id: string): Promise<PullRecord | undefined> {
    return this.#view.find(id);
  }

  latest(name: ImageName, uid?: number): Promise<PullRecord | undefined> {
    return this.#view.latest(name, uid);
  }

  unfinished(system: string | undefined): Promise<readonly PullRecord[]> {
    return this.#view.unfinished(system);
  }

  async claim({ perUser }: { readonly perUser: number }): Promise<ClaimedPull | undefined> {
    const { held } = this.#parts;
    this.#news.claiming();
    for (;;) {
      let taken: string | undefined;
      const release = () => taken !== undefined && held.delete(taken);
      try {
        const row = await this.#change(async (trx) => {
          // Another run of the same transaction.
          release();
          const claimed = await claimRow(trx, this.#parts, perUser);
          taken = claimed?.id;
          // Before the commit, so that a heartbeat at this moment does not take it for a stray.
          if (claimed) held.set(claimed.id, { stopped: false, flights: new Set(), end: undefined });
          if (claimed) await tellChanged(this.#parts.store, trx, [claimed.id]);
          return claimed;
        });
        if (!row) return undefined;
        const registries = await this.#unsealed(row);
        if (registries) return { ...toRecord(row, 0), attempts: row.attempts, registries };
      } catch (error) {
        release();
        throw error;
      }
    }
  }

  progress(id: string, status: Status, message: string, progress: Progress) {
    return this.#progress.report(id, { status, message, progress });
  }

  async finish(id: string, end: PullEnd): Promise<void> {
    const mine = this.#parts.held.get(id);
    if (!mine) return;
    await this.#progress.drop(id);
    mine.end = end;
    try {
      await this.#end(id, mine, end);
    } catch (error) {
      // Written with a later heartbeat; until then it stays ours.
      if (!hasCode(error, "E_STORE_AWAY")) throw error;
    }
  }

  async cancel(id: string): Promise<void> {
    const { store, now } = this.#parts;
    await this.#change(async (trx) => {
      const row = await lockedPull(trx, this.#parts, id);
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

  async board(id: string, key: string, digest: string): Promise<"leader" | "follower"> {
    const { store, server, now, held } = this.#parts;
    const mine = held.get(id);
    const leads = await this.#change(async (trx) => {
      const row = await lockedPull(trx, this.#parts, id);
      if (!mine || row?.server !== server || row.finished_at !== null) return false;
      if (mine.flights.has(key) || (await takeFlight(trx, store.kind, { key, digest, server, now: now() })))
        return true;
      await trx
        .updateTable("pulls")
        .set(followerOf(row, key, now()))
        .where("id", "=", id)
        .execute();
      const freed = await endFlights(trx, server, [...mine.flights]);
      await tellChanged(store, trx, [id, ...freed]);
      return false;
    });
    if (!leads) return this.#letGo(id);
    // Whoever else of this server believed to have it had lost it with the server's name.
    for (const { flights } of held.values()) flights.delete(key);
    mine?.flights.add(key);
    return "leader";
  }

  async land(key: string): Promise<void> {
    const { store, server, held } = this.#parts;
    await this.#change(async (trx) => {
      await tellChanged(store, trx, await endFlights(trx, server, [key]));
      await tellWork(store, trx);
    });
    for (const { flights } of held.values()) flights.delete(key);
  }

  async beat(): Promise<number> {
    const { now, held } = this.#parts;
    // Others see that we live by that the value changes.
    this.#lastBeat = now() === this.#lastBeat ? this.#lastBeat + 0.001 : now();
    await beatOwn(this.#parts, this.#lastBeat);
    for (const [id, mine] of held) if (mine.end) await this.#end(id, mine, mine.end);
    const back = await takeOver(this.#parts, this.#watch);
    this.#view.changed();
    return back;
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return this.#news.wait(ms, signal);
  }

  watch(listener: (id: string) => void): () => void {
    return this.#news.watch(listener);
  }

  recover(): Promise<number> {
    return recoverOwn(this.#parts);
  }

  async dropFinished(failuresOlderThan: number): Promise<number> {
    const now = this.#parts.now();
    const gone = await this.#parts.store.db
      .deleteFrom("pulls")
      .where(({ eb, and, or }) =>
        or([
          and([eb("status", "=", "FAILURE"), eb("finished_at", "<", now - failuresOlderThan)]),
          eb("finished_at", "<", now - 86_400),
        ]),
      )
      .executeTakeFirst();
    return Number(gone.numDeletedRows);
  }

  async close(): Promise<void> {
    this.#news.close();
    await this.#progress.close();
    await leave(this.#parts);
    this.#parts.held.clear();
  }

  #stop(id: string): void {
    const mine = this.#parts.held.get(id);
    if (mine) mine.stopped = true;
  }

  async #letGo(id: string): Promise<"follower"> {
    await this.#progress.drop(id);
    this.#parts.held.delete(id);
    return "follower";
  }

  async #end(id: string, mine: Held, end: PullEnd): Promise<void> {
    const { store, server, now, options } = this.#parts;
    await this.#change(async (trx) => {
      const row = await lockedPull(trx, this.#parts, id);
      // Put back by others, who took us for dead: then it is theirs, and its flights have ended.
      if (row?.server !== server || row.finished_at !== null) return;
      const change = endOf(row, end, options.attempts, now());
      await trx.updateTable("pulls").set(change).where("id", "=", id).execute();
      await tellChanged(store, trx, [id, ...(await endFlights(trx, server, [...mine.flights]))]);
      // Its user has one job less, and perhaps it waits again itself.
      await tellWork(store, trx);
    });
    this.#parts.held.delete(id);
  }

  // A pull whose credentials cannot be opened ends here: nobody could do it.
  async #unsealed(row: PullRowRead): Promise<ReadonlyMap<string, RegistryCredential> | undefined> {
    if (row.credentials === null) return new Map();
    try {
      return new Map(
        JSON.parse(this.#parts.options.seal.open(row.credentials, row.id)) as [string, RegistryCredential][],
      );
    } catch (error) {
      if (!hasCode(error, "E_SEAL_BROKEN")) throw error;
      const message = "the registry credentials sent with the request can no longer be read: pull again";
      await this.finish(row.id, { kind: "failed", message, code: "E_SEAL_BROKEN" });
      return undefined;
    }
  }

  async #change<T>(work: (trx: Trx) => Promise<T>): Promise<T> {
    try {
      return await this.#parts.store.transaction(work);
    } finally {
      this.#view.changed();
    }
  }
}

function insertPull(trx: Trx, row: ReturnType<typeof toRow>): Promise<PullRowRead | undefined> {
  return trx
    .insertInto("pulls")
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
}

function unfinishedOf(trx: Trx, { system, itype, tag }: ImageName): Promise<PullRowRead | undefined> {
  return trx
    .selectFrom("pulls")
    .selectAll()
    .where(({ and }) => and({ system, itype, tag }))
    .where("finished_at", "is", null)
    .executeTakeFirst();
}

function lockedPull(trx: Trx, { store }: Parts, id: string): Promise<PullRowRead | undefined> {
  const query = trx.selectFrom("pulls").selectAll().where("id", "=", id);
  return (store.kind === "postgres" ? query.forUpdate() : query).executeTakeFirst();
}
