// The records of spin-docker's containers and their timers in the database. Every change of a status names the one before,
// so that who comes late changes nothing. Knows no engine.

import type { Store } from "../../store/store.ts";
import { containerOf, rowOf, type SpinContainer, type SpinStatus } from "./record.ts";

/** When a run's use is looked at next. */
export interface SpinTimer {
  readonly container: string;
  readonly run: number;
  readonly due: number;
  readonly final: boolean;
}

/** Records of one site. Failures: E_STORE_… */
export class SpinBook {
  readonly #store: Store;
  readonly #site: string;

  constructor(store: Store, site: string) {
    this.#store = store;
    this.#site = site;
  }

  /** All, in the order of their making. */
  async all(): Promise<readonly SpinContainer[]> {
    const rows = await this.#store.db
      .selectFrom("spin_containers")
      .selectAll()
      .where("site", "=", this.#site)
      .orderBy("created_at")
      .orderBy("id")
      .execute();
    return rows.map(containerOf);
  }

  /** Keeps a container, whatever was known of it, and when it is looked at; undefined: never. */
  async put(container: SpinContainer, due: number | undefined): Promise<void> {
    const { id, ...columns } = rowOf(container, this.#site);
    await this.#store.transaction(async (trx) => {
      await trx
        .insertInto("spin_containers")
        .values({ id, ...columns })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
        .execute();
      await trx.deleteFrom("spin_timers").where("container", "=", id).execute();
      if (due === undefined) return;
      const timer = { container: id, site: this.#site, run: container.run, due, final: 0 };
      await trx.insertInto("spin_timers").values(timer).execute();
    });
  }

  /** From one status to another; the timer goes. False: it had another one meanwhile. */
  async move(id: string, from: readonly SpinStatus[], to: SpinStatus): Promise<boolean> {
    return this.#store.transaction(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable("spin_containers")
        .set({ status: to })
        .where("id", "=", id)
        .where("status", "in", from)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      await trx.deleteFrom("spin_timers").where("container", "=", id).execute();
      return true;
    });
  }

  /** Other ports of the same run: the timer stays. */
  async setPorts(container: SpinContainer): Promise<void> {
    const { ssh_port, app_port, ports } = rowOf(container, this.#site);
    await this.#store.db
      .updateTable("spin_containers")
      .set({ ssh_port, app_port, ports })
      .where("id", "=", container.id)
      .execute();
  }

  async report(id: string, active: string, at: number): Promise<void> {
    await this.#store.db
      .updateTable("spin_containers")
      .set({ active, reported_at: at })
      .where("id", "=", id)
      .where("status", "=", "running")
      .execute();
  }

  /** What was reported last, to whichever server, and of which run; undefined: there is no such container. */
  async reportOf(id: string): Promise<Pick<SpinContainer, "active" | "reportedAt" | "run"> | undefined> {
    const row = await this.#store.db
      .selectFrom("spin_containers")
      .select(["active", "reported_at", "run"])
      .where("id", "=", id)
      .executeTakeFirst();
    return row && { active: row.active, reportedAt: row.reported_at ?? undefined, run: row.run };
  }

  /** Forgets a container, with its timer. */
  async forget(id: string): Promise<void> {
    await this.#store.db.deleteFrom("spin_containers").where("id", "=", id).execute();
  }

  /** When the next timer is due; undefined: there is none. One look into an index, however many there are. */
  async nextDue(): Promise<number | undefined> {
    const row = await this.#store.db
      .selectFrom("spin_timers")
      .select("due")
      .where("site", "=", this.#site)
      .orderBy("due")
      .limit(1)
      .executeTakeFirst();
    return row?.due;
  }

  /** The timers that are due, the oldest first. */
  async due(now: number, limit: number): Promise<readonly SpinTimer[]> {
    const rows = await this.#store.db
      .selectFrom("spin_timers")
      .select(["container", "run", "due", "final"])
      .where("site", "=", this.#site)
      .where("due", "<=", now)
      .orderBy("due")
      .limit(limit)
      .execute();
    return rows.map((row) => ({ ...row, final: row.final === 1 }));
  }

  /** Sets a timer anew, unless somebody else did. */
  async again(timer: SpinTimer, next: { readonly due: number; readonly final: boolean }): Promise<boolean> {
    const { numUpdatedRows } = await this.#store.db
      .updateTable("spin_timers")
      .set({ due: next.due, final: next.final ? 1 : 0 })
      .where("container", "=", timer.container)
      .where("run", "=", timer.run)
      .where("due", "=", timer.due)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async dropTimer({ container, run }: Pick<SpinTimer, "container" | "run">): Promise<void> {
    await this.#store.db.deleteFrom("spin_timers").where("container", "=", container).where("run", "=", run).execute();
  }

  /** Containers that run and have no timer get one. */
  async armMissing(due: number): Promise<void> {
    const { db } = this.#store;
    const armed = db.selectFrom("spin_timers").select("container").where("site", "=", this.#site);
    const unarmed = await db
      .selectFrom("spin_containers")
      .select(["id", "run"])
      .where("site", "=", this.#site)
      .where("status", "=", "running")
      .where("id", "not in", armed)
      .execute();
    for (const { id, run } of unarmed)
      await db
        .insertInto("spin_timers")
        .values({ container: id, site: this.#site, run, due, final: 0 })
        .onConflict((conflict) => conflict.column("container").doNothing())
        .execute();
  }

  /** No timer waits longer than that: `first` for those that no look found idle yet, `last` for the rest. */
  async notAfter(first: number, last: number): Promise<void> {
    for (const [final, due] of [first, last].entries())
      await this.#store.db
        .updateTable("spin_timers")
        .set({ due })
        .where("site", "=", this.#site)
        .where("final", "=", final)
        .where("due", ">", due)
        .execute();
  }

  /** Nothing is due before `moment`: those who could not report get the chance. */
  async notBefore(moment: number): Promise<void> {
    const timers = this.#store.db.updateTable("spin_timers").set({ due: moment });
    await timers.where("site", "=", this.#site).where("due", "<", moment).execute();
  }

  /** The machine's clock was set by so many seconds: what was written in its old time moves along. */
  async moveTimes(seconds: number): Promise<void> {
    await this.#store.transaction(async (trx) => {
      await trx
        .updateTable("spin_timers")
        .set((column) => ({ due: column("due", "+", seconds) }))
        .where("site", "=", this.#site)
        .execute();
      await trx
        .updateTable("spin_containers")
        .set((column) => ({ reported_at: column("reported_at", "+", seconds) }))
        .where("site", "=", this.#site)
        .execute();
    });
  }
}
