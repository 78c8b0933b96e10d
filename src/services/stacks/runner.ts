// Carries operations out in this server, each on its own. What is recorded is enough to take one up again, so an end of
// this process in the middle of anything is no special case.

import { setTimeout as pause } from "node:timers/promises";
import type { Transaction } from "kysely";
import { hasCode, reasonOf } from "../../base/errors.ts";
import type { Tables } from "../../store/schema.ts";
import { deploy } from "./deploy.ts";
import { Doing, type Outcome } from "./doing.ts";
import { engineBack, isAway } from "./engine-away.ts";
import { fail } from "./errors.ts";
import { endOf } from "./follow.ts";
import {
  BERTH,
  beginOperation,
  endOperation,
  isOwn,
  type NewOperation,
  type OperationRow,
  readOperation,
  underWay,
} from "./operations.ts";
import type { Room } from "./parts.ts";
import { adjust, confirm, restart, start, wake } from "./small-operations.ts";
import { takeDown } from "./take-down.ts";
import type { Operation, OperationKind } from "./types.ts";

const PERFORM: Readonly<Record<OperationKind, (doing: Doing) => Promise<Outcome>>> = {
  up: deploy,
  upgrade: deploy,
  rollback: deploy,
  confirm,
  stop: adjust,
  scale: adjust,
  sleep: adjust,
  start,
  wake,
  restart,
  down: takeDown,
};

/** So long a person's wish waits for what nobody asked for. */
const PATIENCE_MS = 30_000;

/** An end is tried to be recorded so often, then left to `recover`. */
const END_TRIES = 6;
const END_PAUSE_MS = 500;

/** Operations of this server. */
export class Runner {
  readonly #room: Room;
  readonly #running = new Map<
    string,
    { readonly end: Promise<Operation | undefined>; readonly abort: AbortController }
  >();
  /** Recorded, or about to be, and not carried out yet: nobody else may take them for left behind. */
  readonly #beginning = new Set<string>();
  readonly #abort = new AbortController();
  #closing = false;

  constructor(room: Room) {
    this.#room = room;
  }

  /** Ids of those under way here. */
  get ids(): readonly string[] {
    return [...this.#beginning, ...this.#running.keys()];
  }

  /**
   * Records the operation, together with what `prepare` writes, and begins with it. What a person wants waits for the end of
   * what berth does by itself: nobody is to be refused because a stack falls asleep at that moment.
   *
   * @throws E_STACK_BUSY, E_STACK_CLOSING, and what `prepare` throws
   */
  async begin(wanted: NewOperation, prepare: (trx: Transaction<Tables>) => Promise<void>): Promise<Operation> {
    this.#beginning.add(wanted.id);
    try {
      const patience = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(PATIENCE_MS)]);
      for (;;) {
        if (this.#closing) throw fail("E_STACK_CLOSING");
        try {
          return await this.#begin(wanted, prepare);
        } catch (error) {
          if (wanted.by === BERTH || patience.aborted || !hasCode(error, "E_STACK_BUSY")) throw error;
          await this.#ownEnd(wanted.stack, error, patience);
        }
      }
    } finally {
      this.#beginning.delete(wanted.id);
    }
  }

  async #ownEnd(stack: string, busy: unknown, signal: AbortSignal): Promise<void> {
    const other = await underWay(this.#room.store.db, stack);
    if (!other) return;
    if (!isOwn(other)) throw busy;
    await endOf(this.#room, other.id, signal);
  }

  async #begin(wanted: NewOperation, prepare: (trx: Transaction<Tables>) => Promise<void>): Promise<Operation> {
    const { store, server, news } = this.#room;
    const row = await store.transaction(async (trx) => {
      // First, so that what is prepared is not changed by an operation that is just about to end.
      const begun = await beginOperation(trx, store.now(), server, wanted);
      await prepare(trx);
      return begun;
    });
    const words = `${wanted.kind}${wanted.service === undefined ? "" : ` of ${wanted.service}`} was begun`;
    const { stack, service, by, id } = wanted;
    await news.note({ stack, service, kind: wanted.kind, by: by.user, message: words, operation: id }).catch(() => {});
    this.run(row);
    return readOperation(store.db, row.id);
  }

  /** Goes on with an operation that has a record. */
  run(row: OperationRow): void {
    if (this.#running.has(row.id)) return;
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, this.#abort.signal]);
    const end = this.#perform(row, signal).finally(() => this.#running.delete(row.id));
    this.#running.set(row.id, { end, abort });
  }

  /** Lets go of an operation that another server goes on with. */
  drop(id: string): void {
    this.#running.get(id)?.abort.abort(fail("E_STACK_CLOSING"));
  }

  /** The end of an operation of this server; undefined: it is not under way here, or was left to the next server. */
  async ended(id: string): Promise<Operation | undefined> {
    return this.#running.get(id)?.end;
  }

  /** Nothing new; what is under way may end, for so long. */
  async close(withinMs: number): Promise<void> {
    this.#closing = true;
    const all = Promise.all([...this.#running.values()].map(({ end }) => end));
    const patience = new AbortController();
    await Promise.race([all, pause(withinMs, undefined, { signal: patience.signal }).catch(() => {})]);
    patience.abort();
    this.#abort.abort(fail("E_STACK_CLOSING"));
    await all;
  }

  // Never rejects.
  async #perform(row: OperationRow, signal: AbortSignal): Promise<Operation | undefined> {
    const doing = new Doing(this.#room, row, signal);
    const outcome = await this.#outcome(doing);
    if (!outcome) return undefined;
    for (let tries = 1; tries <= END_TRIES; tries += 1) {
      try {
        return await this.#end(doing, outcome);
      } catch (error) {
        this.#room.log.warn(`the end of ${row.kind} of ${row.stack} could not be recorded: ${reasonOf(error)}`);
        const waited = await pause(END_PAUSE_MS * tries, true, { signal }).catch(() => false);
        if (!waited) return undefined;
      }
    }
    return undefined;
  }

  async #outcome(doing: Doing): Promise<Outcome | undefined> {
    for (let since: number | undefined; ; ) {
      try {
        return await PERFORM[doing.row.kind as OperationKind](await refreshed(doing));
      } catch (error) {
        if (doing.signal.aborted) return undefined;
        if (!isAway(error)) return { state: "failed", message: reasonOf(error) };
        this.#room.log.warn(`${doing.row.kind} of ${doing.row.stack} waits: ${reasonOf(error)}`);
        since ??= performance.now();
        try {
          await engineBack(this.#room, since, doing.signal);
        } catch (gone) {
          return doing.signal.aborted ? undefined : { state: "failed", message: reasonOf(gone) };
        }
      }
    }
  }

  async #end({ row }: Doing, { state, message, settle }: Outcome): Promise<Operation> {
    const { store, news } = this.#room;
    await store.transaction(async (trx) => {
      if (!(await endOperation(trx, row, { state, message, at: store.now() }))) return;
      await settle?.(trx);
      const words = message === undefined ? `${row.kind}: ${state}` : `${row.kind}: ${state}: ${message}`;
      const { stack, service, by_user: by, id: operation } = row;
      await news.note({ stack, service: service ?? undefined, kind: "ended", by, message: words, operation }, trx);
    });
    return readOperation(store.db, row.id);
  }
}

// The phase may have changed since the row was read.
async function refreshed(doing: Doing): Promise<Doing> {
  const { db } = doing.room.store;
  const row = await db.selectFrom("stack_operations").selectAll().where("id", "=", doing.row.id).executeTakeFirst();
  return row ? new Doing(doing.room, row, doing.signal) : doing;
}
