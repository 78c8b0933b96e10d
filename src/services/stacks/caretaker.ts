// Signs of life of this server's operations, and a look at those of others: what a dead server left is gone on with.

import { reasonOf } from "../../base/errors.ts";
import { DeathWatch } from "../../gateway/queue/servers.ts";
import { trimEvents } from "./event-pages.ts";
import { allUnderWay, beat, type OperationRow, takeOver, trimOperations } from "./operations.ts";
import type { Room } from "./parts.ts";
import type { Runner } from "./runner.ts";
import { trimDeployments } from "./stack-records.ts";

const BEAT_MS = 5_000;
const SILENCE_MS = 30_000;
const KEEP_EVENTS = 100_000;
const KEEP_OPERATIONS_SECONDS = 90 * 86_400;
/** Of each stack. */
const KEEP_DEPLOYMENTS = 200;
/** Once in so many beats is tidied up. */
const TIDY_BEATS = 720;

/** Takes care of operations for as long as the server runs. */
export class Caretaker {
  readonly #room: Room;
  readonly #runner: Runner;
  readonly #watch: DeathWatch;
  #timer: NodeJS.Timeout | undefined;
  #beats = 0;

  constructor(room: Room, runner: Runner) {
    this.#room = room;
    this.#runner = runner;
    this.#watch = new DeathWatch(room.silenceMs ?? SILENCE_MS, () => performance.now());
  }

  /** Begins; the first look at once. Answers how many operations are gone on with. */
  async recover(): Promise<number> {
    const taken = await this.#look();
    this.#timer ??= setInterval(() => void this.#turn(), BEAT_MS).unref();
    return taken;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #turn(): Promise<void> {
    const { store, server, log, keepEvents = KEEP_EVENTS } = this.#room;
    try {
      const ids = this.#runner.ids;
      const own = await beat(store.db, server, ids, store.now());
      // We were silent for so long that another went on with it: two must not.
      for (const id of ids) if (!own.includes(id)) await this.#dropIfTaken(id);
      await this.#look();
      this.#beats += 1;
      if (this.#beats % TIDY_BEATS !== 1) return;
      await trimEvents(store.db, keepEvents);
      await trimDeployments(store.db, KEEP_DEPLOYMENTS);
      await trimOperations(store.db, store.now() - KEEP_OPERATIONS_SECONDS);
    } catch (error) {
      log.warn(`operations of stacks could not be looked after: ${reasonOf(error)}`);
    }
  }

  async #dropIfTaken(id: string): Promise<void> {
    const { store, server } = this.#room;
    const row = await store.db.selectFrom("stack_operations").select("server").where("id", "=", id).executeTakeFirst();
    if (row && row.server !== server) this.#runner.drop(id);
  }

  async #look(): Promise<number> {
    const { store, server } = this.#room;
    const rows = await allUnderWay(store.db);
    const mine = rows.filter((row) => row.server === server && !this.#runner.ids.includes(row.id));
    const others = rows.filter((row) => row.server !== server);
    const dead = this.#watch.dead(others.map(({ id, beat: heartbeat_at }) => ({ id, heartbeat_at })));
    const left = others.filter(({ id }) => dead.some((one) => one.id === id));
    let taken = 0;
    for (const row of [...mine, ...left]) if (await this.#goOn(row)) taken += 1;
    return taken;
  }

  async #goOn(row: OperationRow): Promise<boolean> {
    const { store, server, news, log } = this.#room;
    if (!(await takeOver(store.db, row, server, store.now()))) return false;
    log.info(`${row.kind} of ${row.stack} is gone on with: its server ended`);
    const message = `${row.kind} is gone on with: the server ended while it was under way`;
    await news.note({ stack: row.stack, kind: "resumed", message, operation: row.id }).catch(() => {});
    this.#runner.run({ ...row, server });
    return true;
  }
}
