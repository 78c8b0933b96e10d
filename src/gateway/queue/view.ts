// Looks at the queue: pulls as records, with how many will be worked on before. Changes nothing.

import type { ImageName, PullRecord } from "../types.ts";
import { readPositions } from "./claim.ts";
import type { Parts } from "./parts.ts";
import { type PullRowRead, toRecord } from "./pull-row.ts";

/** How long positions are believed that another server may have changed. */
const POSITIONS_MS = 500;

/** Positions in a long queue take a while to read: at most a tenth of the time goes into it. */
const REST = 10;

interface Positions {
  readonly at: number;
  readonly changes: number;
  /** Milliseconds that reading took; 0 while it goes on. */
  took: number;
  readonly value: Promise<ReadonlyMap<string, number>>;
}

/** The reading side of a queue. */
export class QueueView {
  readonly #parts: Parts;
  #positions: Positions | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async record(row: PullRowRead): Promise<PullRecord> {
    if (row.finished_at !== null || row.server !== null) return toRecord(row, 0);
    const positions = await this.#readPositions();
    // Whoever came since they were read stands at the end.
    return toRecord(row, positions.get(row.id) ?? positions.size);
  }

  async find(id: string): Promise<PullRecord | undefined> {
    const row = await this.#rows().where("id", "=", id).executeTakeFirst();
    return row && this.record(row);
  }

  async latest({ system, itype, tag }: ImageName, uid?: number): Promise<PullRecord | undefined> {
    let query = this.#rows()
      .where(({ and }) => and({ system, itype, tag }))
      // An unfinished one is the newest, whatever the clock did.
      .orderBy(({ eb }) => eb.case().when("finished_at", "is", null).then(0).else(1).end())
      .orderBy("created_at", "desc")
      .limit(1);
    if (uid !== undefined) query = query.where("uid", "=", uid);
    const row = await query.executeTakeFirst();
    return row && this.record(row);
  }

  async unfinished(system: string | undefined): Promise<readonly PullRecord[]> {
    let query = this.#rows().where("finished_at", "is", null);
    if (system !== undefined) query = query.where("system", "=", system);
    const rows = await query.orderBy("created_at").orderBy("id").execute();
    return Promise.all(rows.map((row) => this.record(row)));
  }

  #rows() {
    return this.#parts.store.db.selectFrom("pulls").selectAll();
  }

  #readPositions(): Promise<ReadonlyMap<string, number>> {
    const at = this.#parts.monotonic();
    const { count } = this.#parts.changes;
    const known = this.#positions;
    if (known && this.#believable(known, at, count)) return known.value;
    const value = readPositions(this.#parts);
    const positions: Positions = { at, changes: count, took: 0, value };
    this.#positions = positions;
    value.then(
      () => {
        positions.took = this.#parts.monotonic() - at;
      },
      // Whoever waits for it hears of the failure; the next one asks again.
      () => {
        this.#positions = undefined;
      },
    );
    return value;
  }

  #believable({ at, changes, took }: Positions, now: number, count: number): boolean {
    const age = now - at;
    return age < took * REST || (changes === count && age <= POSITIONS_MS);
  }
}
