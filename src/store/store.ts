// What the rooms that keep records get: a database, transactions, and news between processes. Which database it is shows
// in `kind` only; everything else is the same for both.

import type { Kysely, Transaction } from "kysely";
import type { StoreKind } from "./migrations/migration.ts";
import type { Tables } from "./schema.ts";

/** An open database of berth's server, with the newest schema. */
export interface Store {
  readonly kind: StoreKind;
  /** Queries outside a transaction: each is one of its own. Inside `transaction` use what that hands in, or wait forever. */
  readonly db: Kysely<Tables>;
  /** The clock of what is recorded: seconds since 1970 with fraction. */
  readonly now: () => number;
  /**
   * Runs `work` in one transaction. It may run more than once (after a conflict or a lost connection), so it must have no
   * effect but on the database. SQLite: one writer at a time.
   *
   * @throws E_STORE_AWAY, E_STORE_BUSY, E_STORE_CONFLICT, E_STORE_FULL
   */
  transaction<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** Tells every process with this database, this one too; with `trx` after it commits. At most 7,000 bytes. */
  notify(channel: string, payload: string, trx?: Transaction<Tables>): Promise<void>;
  /**
   * Calls back with every payload of the channel. Undefined: news may have been missed (the connection was lost, or
   * another process wrote to the SQLite file): look again. The answer ends it.
   */
  listen(channel: string, listener: Listener): () => void;
  /**
   * Resolves when listeners were told of all that other processes had committed and told before; where that cannot be
   * known, they are told that they may have missed it.
   */
  caughtUp(): Promise<void>;
  /** True when the database answers. */
  alive(): Promise<boolean>;
  close(): Promise<void>;
}

/** Hears a payload, or undefined when some may have been missed. */
export type Listener = (payload: string | undefined) => void;

/** Listeners by channel. */
export class Listeners {
  readonly #listeners = new Map<string, Set<Listener>>();

  get channels(): readonly string[] {
    return [...this.#listeners.keys()];
  }

  /** True when it is the channel's first. */
  add(channel: string, listener: Listener): boolean {
    const known = this.#listeners.get(channel);
    if (known) {
      known.add(listener);
      return false;
    }
    this.#listeners.set(channel, new Set([listener]));
    return true;
  }

  remove(channel: string, listener: Listener): void {
    const set = this.#listeners.get(channel);
    set?.delete(listener);
    if (set?.size === 0) this.#listeners.delete(channel);
  }

  tell(channel: string, payload: string | undefined): void {
    for (const listener of [...(this.#listeners.get(channel) ?? [])]) listener(payload);
  }

  /** Everybody may have missed something. */
  tellAll(): void {
    for (const channel of this.channels) this.tell(channel, undefined);
  }
}
