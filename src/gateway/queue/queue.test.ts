// The queue by what it promises, on both kinds of store.

import { describe, expect, test } from "vitest";
import { type StoreChoice, storeChoices } from "../../../tests/support/stores.ts";
import type { Unfinished } from "../records.ts";
import { listServers } from "./servers.ts";
import { handClock, request, serverQueue } from "./testing.ts";

const LIMITS = { perUser: 2 };
const ENDS = {
  made: { kind: "ready", imageId: "abc" },
  broken: { kind: "failed", message: "no", code: "E_X" },
} as const;
const NO_PROGRESS = { done: 0, total: 0, rate: 0 };

async function setUp(choice: StoreChoice) {
  const store = await choice.open();
  const clock = handClock();
  const queue = serverQueue(store, "one", clock);
  await queue.recover();
  return { store, clock, queue };
}

describe.each(storeChoices())("a queue in $kind", (choice) => {
  test.skipIf(choice.skip)("answers the unfinished request of the same name instead of a second one", async () => {
    const { queue } = await setUp(choice);
    const first = await queue.add(request("alpine:3", 1));
    expect(first.status).toBe("INIT");
    const second = await queue.add(request("alpine:3", 2));
    expect(second).toMatchObject({ id: first.id, status: "PENDING", owner: { uid: 1 } });
  });

  test.skipIf(choice.skip)(
    "lets no more in than there is room for, of twenty at the same moment on two servers",
    async () => {
      const { queue, store, clock } = await setUp(choice);
      const queues = [queue, serverQueue(await choice.again(store), "two", clock)];
      const admit = async ({ total, own, group }: Unfinished) => {
        expect(own).toBe(group);
        if (own >= 5) throw new Error(`${own} of ${total}`);
      };
      await queue.add(request("other", 2));
      const asking = Array.from({ length: 20 }, (_, n) => queues[n % 2]?.add(request(`alpine:${n}`, 1), admit));
      const refused = (await Promise.allSettled(asking)).filter(({ status }) => status === "rejected");
      expect(refused).toHaveLength(15);
      expect(refused.every((one) => one.status === "rejected" && one.reason.message === "5 of 6")).toBe(true);
      expect(await queue.unfinished(undefined)).toHaveLength(6);
    },
  );

  test.skipIf(choice.skip)("asks for no room where nothing is added", async () => {
    const { queue } = await setUp(choice);
    const first = await queue.add(request("alpine:3", 1));
    const full = () => Promise.reject(new Error("full"));
    expect((await queue.add(request("alpine:3", 1), full)).id).toBe(first.id);
    await expect(queue.add(request("alpine:4", 1), full)).rejects.toThrow("full");
    expect(await queue.unfinished(undefined)).toHaveLength(1);
  });

  test.skipIf(choice.skip)(
    "hands a pull to one worker, with its credentials, and forgets those at its end",
    async () => {
      const { queue, store } = await setUp(choice);
      const registries = new Map([["default", { user: "ann", password: "se:cret" }]]);
      const { id } = await queue.add(request("private:1", 1, { registries }));
      const sealed = await store.db.selectFrom("pulls").select("credentials").executeTakeFirst();
      expect(sealed?.credentials).not.toContain("se:cret");
      const claimed = await queue.claim(LIMITS);
      expect(claimed).toMatchObject({ id, attempts: 1, position: 0, open: false });
      expect(claimed?.registries).toEqual(registries);
      expect(await queue.claim(LIMITS)).toBeUndefined();
      expect(await queue.progress(id, "PULLING", "layer 1", { done: 1, total: 9, rate: 1 })).toEqual({
        cancelled: false,
      });
      await queue.finish(id, { kind: "ready", imageId: "abc" });
      expect(await queue.find(id)).toMatchObject({ status: "READY", imageId: "abc", open: false });
      const row = await store.db.selectFrom("pulls").select("credentials").executeTakeFirst();
      expect(row?.credentials).toBeNull();
    },
  );

  test.skipIf(choice.skip)("goes round by user and shows the order beforehand", async () => {
    const { queue, clock } = await setUp(choice);
    for (const tag of ["a1", "a2", "a3"]) await queue.add(request(tag, 1));
    clock.pass(1);
    await queue.add(request("b1", 2));
    await queue.add(request("n1", null));
    const waiting = await queue.unfinished(undefined);
    const foretold = [...waiting].sort((a, b) => a.position - b.position).map(({ tag }) => tag);
    const order: (string | undefined)[] = [];
    for (const _ of foretold) order.push((await queue.claim({ perUser: 9 }))?.tag);
    expect(order).toEqual(foretold);
    expect(order.slice(0, 3).map((tag) => tag?.[0])).toEqual(["a", "n", "b"]);
  });

  test.skipIf(choice.skip)("puts back what a dead server left, and gives up after the last attempt", async () => {
    const { queue, store, clock } = await setUp(choice);
    const { id } = await queue.add(request("a", 1));
    for (const attempt of [1, 2, 3]) {
      const doomed = serverQueue(store, `doomed${attempt}`, clock);
      expect(await doomed.claim(LIMITS)).toMatchObject({ id, attempts: attempt });
      expect(await queue.beat()).toBe(0);
      clock.pass(30);
      expect(await queue.beat()).toBe(0);
      clock.pass(31);
      expect(await queue.beat()).toBe(1);
      // It was only asleep: its work is no longer its own.
      expect(await doomed.progress(id, "PULLING", "", NO_PROGRESS)).toEqual({ cancelled: true });
      await doomed.finish(id, { kind: "ready", imageId: "late" });
    }
    expect(await queue.find(id)).toMatchObject({ status: "FAILURE", errorCode: "E_GATEWAY_GIVEN_UP" });
  });

  test.skipIf(choice.skip)("lets one fly for all, and the others go on when it has landed", async () => {
    const { queue } = await setUp(choice);
    const [one, two] = [await queue.add(request("a:1", 1)), await queue.add(request("a:2", 2))];
    await queue.claim(LIMITS);
    await queue.claim(LIMITS);
    expect(await queue.board(one.id, "k", "sha256:1")).toBe("leader");
    expect(await queue.board(two.id, "k", "sha256:1")).toBe("follower");
    expect(await queue.claim(LIMITS)).toBeUndefined();
    await queue.land("k");
    expect(await queue.claim(LIMITS)).toMatchObject({ id: two.id, attempts: 1 });
  });

  test.skipIf(choice.skip)("ends the flight of a server that died, and who waited for it flies instead", async () => {
    const { queue, store, clock } = await setUp(choice);
    const doomed = serverQueue(store, "doomed", clock);
    const [one, two] = [await queue.add(request("a:1", 1)), await queue.add(request("a:2", 2))];
    expect(await doomed.claim(LIMITS)).toMatchObject({ id: one.id });
    expect(await queue.claim(LIMITS)).toMatchObject({ id: two.id });
    expect(await doomed.board(one.id, "k", "sha256:1")).toBe("leader");
    expect(await queue.board(two.id, "k", "sha256:1")).toBe("follower");
    await queue.beat();
    clock.pass(59);
    await queue.beat();
    clock.pass(2);
    expect(await queue.beat()).toBe(1);
    const again = [await queue.claim(LIMITS), await queue.claim(LIMITS)];
    expect(again).toMatchObject([{ id: one.id }, { id: two.id }]);
    expect(await queue.board(two.id, "k", "sha256:1")).toBe("leader");
    expect(await queue.board(one.id, "k", "sha256:1")).toBe("follower");
    // The one that was taken for dead has lost its flight too.
    expect(await doomed.board(one.id, "k", "sha256:1")).toBe("follower");
  });

  test.skipIf(choice.skip)("cancels what waits at once, and tells the worker of what is at work", async () => {
    const { queue } = await setUp(choice);
    const [one, two] = [await queue.add(request("a", 1)), await queue.add(request("b", 2))];
    await queue.cancel(one.id);
    expect(await queue.find(one.id)).toMatchObject({ status: "FAILURE", statusMessage: "cancelled" });
    expect(await queue.claim(LIMITS)).toMatchObject({ id: two.id });
    await queue.cancel(two.id);
    expect(await queue.progress(two.id, "PULLING", "", NO_PROGRESS)).toEqual({ cancelled: true });
  });

  test.skipIf(choice.skip)("wakes who waits for work", async () => {
    const { queue } = await setUp(choice);
    expect(await queue.claim(LIMITS)).toBeUndefined();
    const woken = queue.wait(60_000, AbortSignal.timeout(50_000));
    await queue.add(request("a", 1));
    await woken;
    expect(await queue.claim(LIMITS)).toBeDefined();
  });

  test.skipIf(choice.skip)("drops old failures, and later everything that ended", async () => {
    const { queue, clock } = await setUp(choice);
    for (const [tag, end] of Object.entries(ENDS)) {
      await queue.add(request(tag));
      const pull = await queue.claim(LIMITS);
      await queue.finish(pull?.id ?? "", end);
    }
    await queue.add(request("waiting"));
    clock.pass(299);
    expect(await queue.dropFinished(300)).toBe(0);
    clock.pass(2);
    expect(await queue.dropFinished(300)).toBe(1);
    clock.pass(90_000);
    expect(await queue.dropFinished(300)).toBe(1);
    expect(await queue.unfinished("mycluster")).toHaveLength(1);
  });

  test.skipIf(choice.skip)("pauses before another attempt, but not for longer because a clock was set", async () => {
    const { queue, clock } = await setUp(choice);
    const { id } = await queue.add(request("a"));
    await queue.claim(LIMITS);
    await queue.finish(id, { kind: "again", message: "the registry is busy", afterSeconds: 30 });
    expect(await queue.find(id)).toMatchObject({ status: "PENDING", statusMessage: "the registry is busy" });
    expect(await queue.claim(LIMITS)).toBeUndefined();
    clock.pass(31);
    expect(await queue.claim(LIMITS)).toMatchObject({ id, attempts: 2 });
    await queue.finish(id, { kind: "again", message: "the registry is busy", afterSeconds: 30 });
    clock.set(-7200);
    expect(await queue.claim(LIMITS)).toMatchObject({ id, attempts: 3 });
  });

  test.skipIf(choice.skip)("counts no attempt that a server broke off because it stops", async () => {
    const { queue } = await setUp(choice);
    const { id } = await queue.add(request("a"));
    for (let stops = 0; stops < 9; stops++) {
      expect(await queue.claim(LIMITS)).toMatchObject({ id, attempts: 1 });
      await queue.finish(id, { kind: "again", message: "the server stops", afterSeconds: 0, free: true });
    }
    expect(await queue.find(id)).toMatchObject({ status: "PENDING" });
  });

  test.skipIf(choice.skip)("takes no living server for dead when the clocks jump", async () => {
    const { queue, store, clock } = await setUp(choice);
    const other = serverQueue(store, "two", clock);
    const { id } = await queue.add(request("a"));
    await other.claim(LIMITS);
    for (const by of [86_400, -200_000, 4000]) {
      clock.pass(10);
      await other.beat();
      clock.set(by);
      expect(await queue.beat()).toBe(0);
    }
    // The whole machine slept: everybody is as silent as everybody else.
    clock.pass(10_000);
    expect(await queue.beat()).toBe(0);
    expect(await other.progress(id, "PULLING", "", NO_PROGRESS)).toEqual({ cancelled: false });
  });

  test.skipIf(choice.skip)("writes reports at most twice a second, a new state at once", async () => {
    const { queue, clock } = await setUp(choice);
    const { id } = await queue.add(request("a"));
    await queue.claim(LIMITS);
    const shown = async () => (await queue.find(id))?.statusMessage;
    await queue.progress(id, "PULLING", "1", NO_PROGRESS);
    await queue.progress(id, "PULLING", "2", NO_PROGRESS);
    expect(await shown()).toBe("1");
    await queue.progress(id, "CONVERSION", "3", NO_PROGRESS);
    expect(await shown()).toBe("3");
    clock.pass(1);
    await queue.progress(id, "CONVERSION", "4", NO_PROGRESS);
    expect(await shown()).toBe("4");
  });

  test.skipIf(choice.skip)("ends a pull whose credentials no longer open, and goes on with the next", async () => {
    const { queue, store } = await setUp(choice);
    const registries = new Map([["default", { user: "ann", password: "secret" }]]);
    const { id } = await queue.add(request("private", 1, { registries }));
    await store.db.updateTable("pulls").set({ credentials: "v1.AAAA" }).execute();
    const next = await queue.add(request("public", 2));
    expect(await queue.claim(LIMITS)).toMatchObject({ id: next.id });
    expect(await queue.find(id)).toMatchObject({ status: "FAILURE", errorCode: "E_SEAL_BROKEN" });
  });

  test.skipIf(choice.skip)("hands back its work when its server stops, and that was no attempt", async () => {
    const { queue, store, clock } = await setUp(choice);
    const leaving = serverQueue(store, "two", clock);
    const { id } = await queue.add(request("a"));
    await leaving.claim(LIMITS);
    await leaving.close();
    expect(await queue.claim(LIMITS)).toMatchObject({ id, attempts: 1 });
    expect((await listServers(store.db)).map((server) => server.id)).toEqual(["one"]);
  });

  test.skipIf(choice.skip)("hands every pull to exactly one of many workers that ask at once", async () => {
    const { store, clock } = await setUp(choice);
    const others = [await choice.again(store), await choice.again(store)];
    const queues = [store, ...others].map((one, n) => serverQueue(one, `server${n}`, clock));
    for (let n = 0; n < 30; n += 1) await queues[0]?.add(request(`tag${n}`, n % 4));
    const taken: string[] = [];
    const work = async (queue: (typeof queues)[number]) => {
      for (let pull = await queue.claim({ perUser: 99 }); pull; pull = await queue.claim({ perUser: 99 }))
        taken.push(pull.tag);
    };
    await Promise.all(queues.flatMap((queue) => [work(queue), work(queue)]));
    expect(new Set(taken).size).toBe(30);
    expect(taken).toHaveLength(30);
  });
});
