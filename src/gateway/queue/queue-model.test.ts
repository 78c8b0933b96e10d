// The queue against a model of it: three servers do random things, fall asleep, crash and have their clocks set, and
// whatever happens no pull is worked on twice, none is lost, and turns are fair.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { storeChoices } from "../../../tests/support/stores.ts";
import type { Store } from "../../store/store.ts";
import type { ServerQueue } from "./queue.ts";
import { type HandClock, handClock, request, serverQueue } from "./testing.ts";

const PER_USER = 2;
const ATTEMPTS = 3;
const NO_PROGRESS = { done: 0, total: 0, rate: 0 };

/** A pull as the model knows it. */
interface Pull {
  readonly id: string;
  readonly tag: string;
  readonly uid: number | null;
  state: "waiting" | "at work" | "done";
  flight: string | undefined;
  notBefore: number;
  attempts: number;
  cancelled: boolean;
}

/** Somebody who works on a pull; `lost` when others rightly took the server for dead. */
interface Worker {
  readonly pull: Pull;
  readonly flights: Set<string>;
  lost: boolean;
}

interface Server {
  readonly id: string;
  queue: ServerQueue;
  asleep: boolean;
  readonly workers: Worker[];
}

type Step =
  | { readonly do: "add"; readonly on: number; readonly tag: number; readonly uid: number }
  | { readonly do: "claim" | "report" | "sleep" | "wake" | "nap" | "crash"; readonly on: number }
  | { readonly do: "finish"; readonly on: number; readonly how: "ready" | "failed" | "again" }
  | { readonly do: "board" | "land"; readonly on: number; readonly key: number }
  | { readonly do: "cancel"; readonly tag: number }
  | { readonly do: "minute" }
  | { readonly do: "second" }
  | { readonly do: "set clock"; readonly by: number };

const on = fc.integer({ min: 0, max: 2 });
const tag = fc.integer({ min: 0, max: 9 });
const key = fc.integer({ min: 0, max: 1 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("add" as const), on, tag, uid: fc.integer({ min: 0, max: 3 }) }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("claim" as const), on }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom("report" as const, "wake" as const), on }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("sleep" as const, "crash" as const, "nap" as const), on }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("finish" as const),
      on,
      how: fc.constantFrom("ready" as const, "failed" as const, "again" as const),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("board" as const), on, key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("land" as const), on, key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), tag }) },
  { weight: 2, arbitrary: fc.constantFrom({ do: "minute" as const }, { do: "second" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("set clock" as const), by: fc.integer({ min: -9000, max: 9000 }) }),
  },
);

/** Runs the steps on real queues and on the model, and compares. */
class World {
  readonly #store: Store;
  readonly #clock: HandClock = handClock();
  readonly #servers: Server[] = [];
  readonly #pulls: Pull[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  async start(): Promise<void> {
    for (const id of ["one", "two", "three"]) {
      const queue = serverQueue(this.#store, id, this.#clock, ATTEMPTS);
      await queue.recover();
      this.#servers.push({ id, queue, asleep: false, workers: [] });
    }
    await this.#beat();
  }

  async step(step: Step): Promise<void> {
    if (step.do === "minute" || step.do === "second") return this.#pass(step.do === "minute" ? 61 : 1);
    if (step.do === "set clock") return this.#clock.set(step.by);
    if (step.do === "cancel") return this.#cancel(`tag${step.tag}`);
    const server = this.#servers[step.on];
    if (!server) throw new Error("no such server");
    if (step.do === "wake") return this.#wake(server);
    if (server.asleep) return;
    if (step.do === "add") return this.#add(server, `tag${step.tag}`, step.uid === 0 ? null : step.uid);
    if (step.do === "claim") return void (await this.#claim(server));
    if (step.do === "report") return this.#report(server);
    if (step.do === "finish") return this.#finish(server, step.how);
    if (step.do === "board") return this.#board(server, `key${step.key}`);
    if (step.do === "land") return this.#land(server, `key${step.key}`);
    if (step.do === "crash") return this.#crash(server);
    server.asleep = true;
    // Long enough to be taken for dead, and back among the living.
    if (step.do === "nap") await this.#pass(70);
    if (step.do === "nap") await this.#wake(server);
  }

  /** Everybody goes on to the end: every pull must get there. */
  async drain(): Promise<void> {
    for (const server of this.#servers) await this.#wake(server);
    for (let round = 0; round < 100 && this.#pulls.some(({ state }) => state !== "done"); round += 1) {
      for (const server of this.#servers) {
        for (const key of ["key0", "key1"]) await this.#land(server, key);
        while (server.workers.length > 0) await this.#finish(server, "ready");
        await this.#claim(server);
      }
      await this.#pass(1);
    }
    const stored = await this.#store.db.selectFrom("pulls").select(["id", "status", "finished_at"]).execute();
    expect(stored.length).toBe(this.#pulls.length);
    for (const pull of this.#pulls) expect(pull).toMatchObject({ state: "done" });
    for (const row of stored) expect(row.finished_at).not.toBeNull();
    for (const { queue } of this.#servers) await queue.close();
  }

  async #add(server: Server, name: string, uid: number | null): Promise<void> {
    const { id, status } = await server.queue.add(request(name, uid));
    const known = this.#pulls.find(({ tag: other, state }) => other === name && state !== "done");
    if (known) return void expect(id).toBe(known.id);
    expect(status).toBe("INIT");
    this.#pulls.push({
      ...{ id, tag: name, uid, state: "waiting", flight: undefined },
      notBefore: 0,
      attempts: 0,
      cancelled: false,
    });
  }

  async #claim(server: Server): Promise<void> {
    const claimed = await server.queue.claim({ perUser: PER_USER });
    const ready = this.#waiting().filter(({ notBefore }) => notBefore <= this.#clock.now);
    const free = ready.filter((pull) => !server.workers.some((worker) => worker.pull === pull));
    const fewest = Math.min(...free.map(({ uid }) => this.#underWay(uid)));
    if (!claimed) {
      const reserved = this.#waiting().some(({ uid }) => this.#underWay(uid) < PER_USER);
      return void expect(free.length === 0 || (fewest >= PER_USER && reserved)).toBe(true);
    }
    const pull = this.#pulls.find(({ id }) => id === claimed.id);
    // The clock was set back since it began to pause: then the pause is over early.
    const early = pull?.state === "waiting" && pull.notBefore > this.#clock.now;
    if (!pull || (!early && !free.includes(pull)))
      throw new Error(`${claimed.tag} was not to be claimed: ${JSON.stringify(pull)}`);
    if (!early) expect(this.#underWay(pull.uid)).toBe(fewest);
    pull.state = "at work";
    pull.notBefore = 0;
    pull.attempts += 1;
    expect(claimed.attempts).toBe(pull.attempts);
    server.workers.push({ pull, flights: new Set(), lost: false });
  }

  async #report(server: Server): Promise<void> {
    const [worker] = server.workers;
    if (!worker) return;
    this.#clock.monotonicMs += 1000;
    const { cancelled } = await server.queue.progress(worker.pull.id, "PULLING", "", NO_PROGRESS);
    expect(cancelled).toBe(worker.lost || worker.pull.cancelled);
  }

  async #finish(server: Server, how: "ready" | "failed" | "again"): Promise<void> {
    const worker = server.workers.shift();
    if (!worker) return;
    const { pull } = worker;
    const end = {
      ready: { kind: "ready", imageId: "abc" },
      failed: { kind: "failed", message: "no", code: "E_X" },
      again: { kind: "again", message: "later", afterSeconds: 5 },
    } as const;
    await server.queue.finish(pull.id, end[how]);
    for (const key of worker.flights) this.#landed(key);
    if (worker.lost) return;
    if (how === "again") this.#back(pull, 5);
    else pull.state = "done";
  }

  async #board(server: Server, key: string): Promise<void> {
    const [worker] = server.workers;
    if (!worker) return;
    const taken = this.#servers.some(({ workers }) => workers.some((other) => !other.lost && other.flights.has(key)));
    const role = await server.queue.board(worker.pull.id, key, "sha256:1");
    const own = worker.flights.has(key);
    expect(role).toBe(own || (!taken && !worker.lost) ? "leader" : "follower");
    if (role === "leader") return void worker.flights.add(key);
    server.workers.shift();
    if (worker.lost) return;
    Object.assign(worker.pull, { state: "waiting", attempts: worker.pull.attempts - 1, flight: key });
    for (const other of worker.flights) this.#landed(other);
    if (worker.pull.cancelled) worker.pull.state = "done";
  }

  async #land(server: Server, key: string): Promise<void> {
    if (!server.workers.some(({ flights }) => flights.has(key))) return;
    await server.queue.land(key);
    for (const { flights } of server.workers) flights.delete(key);
    this.#landed(key);
  }

  async #cancel(name: string): Promise<void> {
    const pull = this.#pulls.find(({ tag: other, state }) => other === name && state !== "done");
    const awake = this.#servers.find(({ asleep }) => !asleep);
    if (!pull || !awake) return;
    await awake.queue.cancel(pull.id);
    if (pull.state === "waiting") pull.state = "done";
    pull.cancelled = true;
  }

  async #crash(server: Server): Promise<void> {
    server.queue = serverQueue(this.#store, server.id, this.#clock, ATTEMPTS);
    await server.queue.recover();
    this.#lose(server);
    server.workers.length = 0;
  }

  async #wake(server: Server): Promise<void> {
    server.asleep = false;
    await server.queue.beat();
  }

  async #pass(seconds: number): Promise<void> {
    this.#clock.pass(seconds / 2);
    await this.#beat();
    this.#clock.pass(seconds / 2);
    await this.#beat();
    this.#clock.pass(0.001);
    await this.#beat();
  }

  // Who has been silent for a minute under the eyes of the others is dead to them.
  async #beat(): Promise<void> {
    for (const { queue, asleep } of this.#servers) if (!asleep) await queue.beat();
    const rows = await this.#store.db.selectFrom("servers").select("id").execute();
    for (const server of this.#servers)
      if (server.asleep && !rows.some(({ id }) => id === server.id)) this.#lose(server);
  }

  #lose(server: Server): void {
    for (const worker of server.workers) {
      if (worker.lost) continue;
      worker.lost = true;
      if (worker.pull.state === "at work") this.#back(worker.pull, 0);
      for (const key of worker.flights) this.#landed(key);
      worker.flights.clear();
    }
  }

  #back(pull: Pull, pause: number): void {
    pull.state = pull.cancelled || pull.attempts >= ATTEMPTS ? "done" : "waiting";
    pull.notBefore = this.#clock.now + pause;
  }

  #landed(key: string): void {
    for (const pull of this.#pulls) if (pull.flight === key) pull.flight = undefined;
  }

  #waiting(): readonly Pull[] {
    return this.#pulls.filter(
      ({ state, flight, cancelled }) => state === "waiting" && flight === undefined && !cancelled,
    );
  }

  #underWay(uid: number | null): number {
    return this.#pulls.filter((pull) => pull.state === "at work" && pull.uid === uid).length;
  }
}

const RUNS: Readonly<Record<string, number>> = { SQLite: 100, PostgreSQL: 6 };

describe.each(storeChoices())("three servers with one queue in $kind", (choice) => {
  test.skipIf(choice.skip)("never work on a pull twice, lose none, and are fair", async () => {
    const store = await choice.open();
    const property = fc.asyncProperty(fc.array(steps, { minLength: 20, maxLength: 60 }), async (plan) => {
      for (const table of ["pulls", "flights", "servers"] as const) await store.db.deleteFrom(table).execute();
      const world = new World(store);
      await world.start();
      for (const step of plan) await world.step(step);
      await world.drain();
    });
    await fc.assert(property, { numRuns: RUNS[choice.kind] ?? 1, seed: 4, endOnFailure: true });
  });
});
