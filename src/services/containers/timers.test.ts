// Timers in the database: a hundred thousand cost nothing while they wait, and one of them fires when it is due.

import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { silent } from "../../base/log.ts";
import { openMemoryStore } from "../../store/testing.ts";
import { DueLoop } from "../idle/due-loop.ts";
import { SpinBook } from "./book.ts";
import { NO_PORTS, type SpinContainer } from "./record.ts";

const container = (id: string): SpinContainer => ({
  ...{ id, name: id, image: "sd/app", status: "running", ports: NO_PORTS, active: "0", reportedAt: undefined },
  ...{ run: 5, createdAt: 1 },
});

describe("timers", () => {
  test("of a hundred thousand containers are one question and one timer of this process", {
    timeout: 20_000,
  }, async () => {
    const store = await openMemoryStore();
    const book = new SpinBook(store, "here");
    const start = 1_800_000_000;
    const numbers = sql`with recursive n (i) as (select 0 union all select i + 1 from n where i < 99999)`;
    await store.transaction(async (trx) => {
      await sql`insert into spin_containers
        ${numbers} select 'c' || i, 'here', 'c', 'i', 'running', '', '', '{}', '0', null, 5, 1 from n`.execute(trx);
      await sql`insert into spin_timers
        ${numbers} select 'c' || i, 'here', 5, ${start + 3600} + i, 0 from n`.execute(trx);
    });
    let questions = 0;
    let now = start;
    const fired = Promise.withResolvers<readonly string[]>();
    const loop = new DueLoop({
      ...{ clock: { now: () => now, settle: () => 0 }, log: silent, what: "a test" },
      async nextDue() {
        questions++;
        return book.nextDue();
      },
      async work(at) {
        const due = await book.due(at, 500);
        for (const timer of due) await book.dropTimer(timer);
        fired.resolve(due.map(({ container }) => container));
      },
      clockSet: async () => {},
    });
    loop.start();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(questions).toBe(1);
    now = start + 3601;
    loop.sooner(Number.NEGATIVE_INFINITY);
    expect(await fired.promise).toEqual(["c0", "c1"]);
    await loop.close();
    await store.close();
  });

  test("belong to a run, and go with it", async () => {
    const store = await openMemoryStore();
    const book = new SpinBook(store, "here");
    await book.put(container("a"), 100);
    await book.put({ ...container("a"), run: 6 }, 200);
    expect(await book.due(1000, 10)).toEqual([{ container: "a", run: 6, due: 200, final: false }]);
    const [timer] = await book.due(1000, 10);
    if (!timer) throw new Error("no timer");
    expect(await book.again(timer, { due: 300, final: true })).toBe(true);
    // Another server was as quick.
    expect(await book.again(timer, { due: 300, final: true })).toBe(false);
    expect(await book.move("a", ["running"], "stopping")).toBe(true);
    expect(await book.move("a", ["running"], "stopping")).toBe(false);
    expect(await book.nextDue()).toBeUndefined();
    await store.close();
  });

  test("come sooner when a new configuration has shorter times, and never later", async () => {
    const store = await openMemoryStore();
    const book = new SpinBook(store, "here");
    for (const [id, due] of Object.entries({ soon: 50, first: 7200, last: 1800 })) await book.put(container(id), due);
    const last = (await book.due(9000, 10)).find((timer) => timer.container === "last");
    if (!last) throw new Error("no timer");
    await book.again(last, { due: 1800, final: true });
    await book.notAfter(600, 100);
    const due = (await book.due(9000, 10)).map((timer) => [timer.container, timer.due]);
    expect(due).toEqual([
      ["soon", 50],
      ["last", 100],
      ["first", 600],
    ]);
    await store.close();
  });

  test("of another site are not touched", async () => {
    const store = await openMemoryStore();
    const [here, there] = [new SpinBook(store, "here"), new SpinBook(store, "there")];
    await here.put(container("a"), 100);
    await there.put(container("b"), 50);
    await there.moveTimes(1000);
    expect([await here.nextDue(), await there.nextDue()]).toEqual([100, 1050]);
    expect((await here.all()).map(({ id }) => id)).toEqual(["a"]);
    await store.close();
  });

  test("move with the clock, though the database was away when it was set", async () => {
    const told: number[] = [];
    let step = 3600;
    const settle = () => {
      const now = step;
      step = 0;
      return now;
    };
    const loop = new DueLoop({
      ...{ clock: { now: () => 0, settle }, what: "a test", log: silent },
      nextDue: async () => undefined,
      work: async () => {},
      async clockSet(seconds) {
        told.push(seconds);
        if (told.length === 1) throw new Error("away");
      },
    });
    loop.start();
    while (told.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setImmediate(resolve));
    loop.sooner(Number.NEGATIVE_INFINITY);
    await expect.poll(() => told).toEqual([3600, 3600]);
    loop.sooner(Number.NEGATIVE_INFINITY);
    await loop.close();
    expect(told).toHaveLength(2);
  });

  test("wait for the database to come back", async () => {
    let failures = 0;
    const loop = new DueLoop({
      ...{ clock: { now: () => 0, settle: () => 0 }, what: "a test" },
      log: { ...silent, warn: () => void failures++ },
      nextDue: () => Promise.reject(new Error("away")),
      work: async () => {},
      clockSet: async () => {},
    });
    loop.start();
    while (failures < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    loop.sooner(0);
    while (failures < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await loop.close();
  });
});
