// What happens to stacks, recorded and told: events in the database, and to everybody who watches, in every process.

import type { Kysely, Transaction } from "kysely";
import type { Tables } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import type { StackEvent } from "../types.ts";

/** An event that is to be recorded. */
export interface NewEvent {
  readonly stack: string;
  readonly service?: string | undefined;
  readonly kind: string;
  readonly by?: string | undefined;
  readonly message: string;
  readonly operation?: string | undefined;
  /** JSON; never with a secret. */
  readonly detail?: string | undefined;
}

/** An event with what follows it: of an operation, with its step or phase. Those with id 0 are told only, not recorded. */
export interface Told extends StackEvent {
  readonly operation: string | undefined;
  readonly detail: string | undefined;
}

const CHANNEL = "stacks";
const MAX_MESSAGE = 1_000;
/** A payload may have 7,000 bytes. */
const MAX_DETAIL = 4_000;

/** Records and tells. */
export class StackNews {
  readonly #store: Store;
  readonly #listeners = new Set<(told: Told | undefined) => void>();
  #unlisten: (() => void) | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Records and tells; with `trx` when that commits. */
  async note(event: NewEvent, trx?: Transaction<Tables>): Promise<void> {
    const told = await insert(trx ?? this.#store.db, this.#store.now(), event);
    await this.#store.notify(CHANNEL, JSON.stringify(told), trx);
  }

  /** Tells without recording. */
  async tell(event: NewEvent): Promise<void> {
    await this.#store.notify(CHANNEL, JSON.stringify(toldOf(0, this.#store.now(), event)));
  }

  /** Calls back with everything told; undefined: something may have been missed. The answer ends it. */
  watch(listener: (told: Told | undefined) => void): () => void {
    this.#unlisten ??= this.#store.listen(CHANNEL, (payload) => this.#heard(payload));
    const own = (told: Told | undefined) => listener(told);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  close(): void {
    this.#unlisten?.();
    this.#unlisten = undefined;
    this.#listeners.clear();
  }

  #heard(payload: string | undefined): void {
    const told = payload === undefined ? undefined : (JSON.parse(payload) as Told);
    for (const listener of [...this.#listeners]) listener(told);
  }
}

async function insert(db: Kysely<Tables>, at: number, event: NewEvent): Promise<Told> {
  const told = toldOf(0, at, event);
  const row = await db
    .insertInto("stack_events")
    .values({
      at,
      stack: told.stack,
      service: told.service ?? null,
      kind: told.kind,
      by_user: told.by ?? null,
      message: told.message,
      operation: told.operation ?? null,
      detail: told.detail ?? null,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { ...told, id: Number(row.id) };
}

function toldOf(id: number, at: number, event: NewEvent): Told {
  const { stack, service, kind, by, operation, detail } = event;
  const message = event.message.slice(0, MAX_MESSAGE);
  return { id, at, stack, service, kind, by, message, operation, detail: detail && fitting(detail) };
}

function fitting(detail: string): string | undefined {
  return detail.length <= MAX_DETAIL ? detail : undefined;
}
