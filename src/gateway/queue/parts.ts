// What the parts of the queue share: the store, whose queue it is, the clocks, and what this server has in hand.

import type { Transaction } from "kysely";
import { BerthError } from "../../base/errors.ts";
import type { Tables } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import type { PullEnd } from "../records.ts";
import type { PullRowRead } from "./pull-row.ts";
import type { Seal } from "./seal.ts";
import type { ServerName } from "./servers.ts";

export type Trx = Transaction<Tables>;

/** What a queue is made of. */
export interface QueueOptions {
  readonly store: Store;
  /** Stable over restarts, and of one process at a time: a restarted server takes up its own work at once. */
  readonly server: ServerName;
  readonly seal: Seal;
  /** Seconds since 1970: what is recorded. Jumps harm nobody. */
  readonly now: () => number;
  /** Milliseconds, never set back: what waits are measured with. */
  readonly monotonic?: (() => number) | undefined;
  /** A server without a heartbeat for so long is dead and its work others'; a minute at most, and unless said otherwise. */
  readonly heartbeatMs?: number | undefined;
  /** How often a pull is tried. */
  readonly attempts: number;
}

/** A pull that this server works on. */
export interface Held {
  /** It is not to be gone on with: cancelled, or no longer ours. */
  stopped: boolean;
  readonly flights: Set<string>;
  /** How it ended, when that could not be written yet. */
  end: PullEnd | undefined;
}

/** What the parts work with. */
export interface Parts {
  readonly options: QueueOptions;
  readonly store: Store;
  readonly server: string;
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly held: Map<string, Held>;
  /** Counts what this server changed: positions read before are out of date. */
  readonly changes: { count: number };
}

/** The parts of a new queue. */
export function makeParts(options: QueueOptions): Parts {
  const { store, server, now, monotonic = () => performance.now() } = options;
  return { options, store, server: server.id, now, monotonic, held: new Map(), changes: { count: 0 } };
}

/** Changes the queue in one transaction, which may run more than once. */
export async function change<T>({ store, changes }: Parts, work: (trx: Trx) => Promise<T>): Promise<T> {
  try {
    return await store.transaction(work);
  } finally {
    changes.count += 1;
  }
}

/** A pull's row, which nobody else changes before the transaction ends. */
export function lockedPull(trx: Trx, { store }: Parts, id: string): Promise<PullRowRead | undefined> {
  const query = trx.selectFrom("pulls").selectAll().where("id", "=", id);
  return (store.kind === "postgres" ? query.forUpdate() : query).executeTakeFirst();
}

/** True for what a database does that is away, busy or full: it passes, and what could not be written is written later. */
export function passes(error: unknown): boolean {
  return error instanceof BerthError && error.code.startsWith("E_STORE_") && error.http === 503;
}

/** Channels of the store's news. */
export const CHANNEL = {
  /** Payload: id of a pull whose record changed. */
  pulls: "berth_pulls",
  /** There may be something to claim. */
  work: "berth_work",
  /** Payload: id of a pull that its worker shall stop. */
  cancelled: "berth_cancelled",
} as const;

/** Tells that pulls changed, once the transaction is committed. */
export async function tellChanged(store: Store, trx: Trx, ids: Iterable<string>): Promise<void> {
  for (const id of ids) await store.notify(CHANNEL.pulls, id, trx);
}

/** Tells that there may be something to claim, once the transaction is committed. */
export async function tellWork(store: Store, trx: Trx): Promise<void> {
  await store.notify(CHANNEL.work, "", trx);
}
