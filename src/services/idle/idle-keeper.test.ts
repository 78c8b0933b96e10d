// The keeper with stacks in memory: who sleeps when and why, who wakes, and what a restart or a set clock changes.

import { afterEach, describe, expect, test } from "vitest";
import { silent } from "../../base/log.ts";
import type { IdleSpec } from "../../recipe/stack/types.ts";
import { findings } from "../../site/findings.ts";
import { resolveIdle } from "../../site/services/idle.ts";
import type { Store } from "../../store/store.ts";
import { openMemoryStore } from "../../store/testing.ts";
import type { EngineUsage } from "../engine/types.ts";
import { IdleKeeper } from "./idle-keeper.ts";
import { HALF_AN_HOUR, HandClock, MemoryStacks } from "./testing.ts";

const CONFIG = resolveIdle({}, { path: [], at: (path) => path, env: {}, found: findings() });
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

interface Site {
  readonly clock: HandClock;
  readonly memory: MemoryStacks;
  readonly store: Store;
  readonly keeper: IdleKeeper;
  /** Time passes while a proxy reports: open connections and seconds since the last use, by stack. */
  pass(
    seconds: number,
    use?: Readonly<Record<string, { readonly open?: number; readonly used?: boolean }>>,
  ): Promise<void>;
  restart(): Promise<IdleKeeper>;
}

async function open(idle: Partial<IdleSpec> = {}, cpuSeconds: () => number = () => 0): Promise<Site> {
  const clock = new HandClock();
  const memory = new MemoryStacks(clock);
  const store = await openMemoryStore();
  opened.push(store);
  memory.add("rover", { ...HALF_AN_HOUR, ...idle });
  const usage = async (): Promise<EngineUsage> => ({
    ...{ cpuSeconds: cpuSeconds(), memoryBytes: 0, memoryLimitBytes: 0, receivedBytes: 0, sentBytes: 0, pids: 1 },
    at: clock.now(),
  });
  const start = async () => {
    const keeper = await IdleKeeper.open({
      ...{ store, clock, stacks: memory.stacks, engine: { usage }, config: () => CONFIG, log: silent, sweepMs: 0 },
    });
    opened.push(keeper);
    return keeper;
  };
  let keeper = await start();
  const lastUses = new Map<string, number>();
  return {
    ...{ clock, memory, store },
    get keeper() {
      return keeper;
    },
    async pass(seconds, use = {}) {
      clock.advance(seconds);
      for (const [stack, { used }] of Object.entries(use)) if (used) lastUses.set(stack, clock.now());
      const routes = Object.entries(use).map(([stack, { open: count = 0 }]) => {
        const rest = { requests: 0, receivedBytes: 0, sentBytes: 0, failures: 0 };
        return { route: `${stack}/web/0`, open: count, lastUse: lastUses.get(stack) ?? 0, ...rest };
      });
      keeper.traffic("p1", routes);
      await keeper.sweep();
    },
    async restart() {
      await opened.pop()?.close();
      keeper = await start();
      return keeper;
    },
  };
}

describe("a service that nobody uses", () => {
  test("is put to sleep with the reason, when its time is over", async () => {
    const { pass, memory, keeper, clock } = await open();
    await pass(60, { rover: { used: true } });
    expect(keeper.state("rover", "web")).toMatchObject({ activity: "active", because: "last request 0 s ago" });
    await pass(1799, { rover: {} });
    expect(keeper.state("rover", "web")).toMatchObject({ activity: "idle", stopsAt: clock.now() + 1 });
    expect(memory.done).toEqual([]);
    await pass(1, { rover: {} });
    expect(memory.done).toEqual(["stop rover/web: nobody uses it: last request 30 min ago, no open connection"]);
    await pass(5);
    expect(memory.done).toHaveLength(1);
    expect(keeper.state("rover", "web")).toBeUndefined();
  });

  test("is paused where its policy says so", async () => {
    const { pass, memory } = await open({ action: "pause" });
    await pass(1801, { rover: {} });
    expect(memory.done[0]).toMatch(/^pause rover\/web/);
  });

  test("stays while a connection is open, and gets its whole time afterwards", async () => {
    const { pass, memory } = await open();
    for (let hour = 0; hour < 5; hour++) await pass(3600, { rover: { open: 1 } });
    await pass(1799);
    expect(memory.done).toEqual([]);
    await pass(1);
    expect(memory.done).toHaveLength(1);
  });

  test("stays while its containers report use", async () => {
    const { pass, memory, keeper } = await open({ signals: ["check-in"] });
    for (let minute = 0; minute < 120; minute += 5) {
      expect(keeper.checkIn("id-rover", "3")).toBe(true);
      await pass(300);
    }
    expect(memory.done).toEqual([]);
    for (let minute = 0; minute <= 35; minute += 5) {
      keeper.checkIn("id-rover", "0");
      await pass(300);
    }
    expect(memory.done).toHaveLength(1);
    expect(keeper.checkIn("id-of-somebody-else", "1")).toBe(false);
  });

  test("stays while it computes", async () => {
    let cpu = 0;
    const { pass, memory, keeper } = await open({ signals: ["cpu"], cpuFloor: 0.1 }, () => cpu);
    for (let minute = 0; minute < 60; minute++) {
      cpu += 30;
      await pass(60);
      await keeper.measure();
    }
    expect(keeper.state("rover", "web")).toMatchObject({ activity: "active", because: "uses 0.50 of a CPU" });
    for (let minute = 0; minute < 32; minute++) {
      await pass(60);
      await keeper.measure();
    }
    expect(memory.done).toHaveLength(1);
  });

  test("that somebody starts by other means gets its whole time", async () => {
    const { pass, memory } = await open();
    await pass(1801, { rover: {} });
    memory.become("rover", "running");
    await pass(1799);
    expect(memory.done).toHaveLength(1);
    await pass(2);
    expect(memory.done).toHaveLength(2);
  });

  test("is left alone without a policy, and forgotten with its stack", async () => {
    const { pass, memory, keeper } = await open();
    memory.remove("rover");
    await keeper.settled();
    expect(keeper.checkIn("id-rover", "1")).toBe(false);
    await pass(9999);
    expect(memory.done).toEqual([]);
  });
});

describe("what is known of use", () => {
  test("survives a restart, and a server that just started stops nothing before it heard the proxies", async () => {
    const { pass, memory, restart, clock } = await open();
    await pass(600, { rover: { used: true } });
    clock.advance(1700);
    const keeper = await restart();
    await pass(5);
    expect(keeper.state("rover", "web")).toMatchObject({ lastUse: 1_800_000_600 });
    clock.advance(200);
    await restart();
    await pass(1);
    expect(memory.done).toEqual([]);
    await pass(20);
    expect(memory.done).toHaveLength(1);
  });

  test("is unknown when the proxies are silent, and then nothing is stopped", async () => {
    const { clock, keeper, memory, pass } = await open();
    await pass(1, { rover: { used: true } });
    clock.advance(7200);
    await keeper.sweep();
    expect(keeper.state("rover", "web")).toMatchObject({ activity: "unknown" });
    expect(memory.done).toEqual([]);
  });

  test("moves along when the clock is set", async () => {
    const { clock, keeper, memory, pass } = await open();
    await pass(60, { rover: { used: true } });
    clock.set(30 * 86_400);
    await keeper.sweep();
    await pass(1700);
    expect(memory.done).toEqual([]);
    clock.set(-60 * 86_400);
    await keeper.sweep();
    await pass(101);
    expect(memory.done).toHaveLength(1);
  });

  test("moves along with when its containers began, whatever else happens to the stack", async () => {
    const { clock, keeper, memory, pass } = await open();
    clock.set(86_400);
    await keeper.sweep();
    memory.tell("rover");
    await keeper.settled();
    await pass(1000, { rover: {} });
    expect(memory.done).toEqual([]);
  });

  test("does not lie ahead when the clock was set back between two reports of a proxy", async () => {
    const { clock, keeper, memory, pass } = await open();
    await pass(60, { rover: { used: true } });
    clock.set(-86_400);
    await keeper.sweep();
    const rest = { requests: 0, receivedBytes: 0, sentBytes: 0, failures: 0 };
    // Of a proxy whose clock is not set yet; then it has nothing to say.
    keeper.traffic("p1", [{ route: "rover/web/0", open: 0, lastUse: clock.now() + 86_400, ...rest }]);
    await pass(1);
    keeper.traffic("p1", []);
    await pass(1801);
    expect(memory.done).toHaveLength(1);
  });

  test("is told once in the timeline, however often the server is started", async () => {
    const { clock, memory, pass, restart } = await open();
    memory.add("busy");
    await pass(1, { busy: { open: 1 } });
    await pass(1801, { busy: { open: 1 } });
    for (let time = 0; time < 3; time++) {
      const keeper = await restart();
      clock.advance(60);
      await pass(1, { busy: { open: 1 } });
      const seen = async (name: string) => (await keeper.timeline(name, "web", 0)).map(({ activity }) => activity);
      expect([await seen("rover"), await seen("busy")]).toEqual([["idle", "asleep"], ["active"]]);
    }
    expect(memory.done).toHaveLength(1);
  });

  test("is followed of all stacks but those that cannot be read", async () => {
    const { memory, restart } = await open();
    memory.add("broken");
    memory.add("zeal");
    memory.unreadable = "broken";
    const keeper = await restart();
    expect([keeper.checkIn("id-broken", "1"), keeper.checkIn("id-zeal", "1")]).toEqual([false, true]);
  });

  test("is not taken from a list that is older than what was heard", async () => {
    const { memory, keeper } = await open();
    memory.add("zeal");
    await keeper.settled();
    const gate = Promise.withResolvers<void>();
    memory.listing = gate.promise;
    memory.tell(undefined);
    memory.become("rover", "asleep");
    await expect.poll(() => keeper.state("rover", "web")).toBeUndefined();
    gate.resolve();
    await expect.poll(() => memory.listed).toBe(true);
    await keeper.settled();
    expect(keeper.state("rover", "web")).toBeUndefined();
  });

  test("is looked at once for all that happens at a time", async () => {
    const { memory, keeper } = await open();
    const before = memory.shown;
    for (let event = 0; event < 1000; event++) memory.become("rover", event % 2 ? "running" : "asleep");
    await keeper.settled();
    expect(memory.shown - before).toBeLessThanOrEqual(2);
    expect(keeper.state("rover", "web")).toBeDefined();
  });

  test("that cannot be written at the end is no reason not to end", async () => {
    const { store, keeper, pass } = await open();
    await pass(60, { rover: { used: true } });
    await store.close();
    await keeper.close();
    opened.splice(0);
  });

  test("is a bounded timeline", async () => {
    const { pass, memory, keeper, restart } = await open();
    await pass(60, { rover: { used: true } });
    await pass(1000, { rover: {} });
    await pass(1000, { rover: {} });
    await keeper.wakeRoute("rover/web/0");
    await pass(10, { rover: { used: true } });
    const seen = async (of: IdleKeeper) => (await of.timeline("rover", "web", 0)).map(({ activity }) => activity);
    const story = ["active", "idle", "asleep", "waking", "active"];
    expect(await seen(keeper)).toEqual(story);
    expect(await seen(await restart())).toEqual(story);
    expect(memory.done).toHaveLength(2);
  });
});

describe("a service that sleeps", () => {
  test("is woken by its route, once for all", async () => {
    const { pass, memory, keeper } = await open();
    await pass(1801, { rover: {} });
    await Promise.all(Array.from({ length: 50 }, () => keeper.wakeRoute("rover/web/0")));
    expect(memory.done.slice(1)).toEqual(["wake rover/web"]);
    // Who woke it has not asked for anything yet: it is not put to sleep at once.
    await pass(600);
    expect(memory.done).toHaveLength(2);
    await expect(keeper.wakeRoute("nonsense")).rejects.toMatchObject({ code: "E_WAKE_ROUTE" });
  });

  test("and cannot be woken waits no longer when the clock is set back", async () => {
    const { clock, pass, memory, keeper } = await open();
    await pass(1801, { rover: {} });
    memory.wakeFailure = "its image is gone";
    await expect(keeper.wake("rover", "web")).rejects.toMatchObject({ code: "E_WAKE_FAILED" });
    memory.wakeFailure = undefined;
    clock.set(-86_400);
    await pass(3);
    await keeper.wake("rover", "web");
  });

  test("and cannot be woken says why, and when to come again", async () => {
    const { pass, memory, keeper } = await open();
    await pass(1801, { rover: {} });
    memory.wakeFailure = "its image is gone";
    await expect(keeper.wake("rover", "web")).rejects.toMatchObject({
      ...{ code: "E_WAKE_FAILED", http: 503 },
      message: "web of rover could not be woken: its image is gone",
    });
    expect((await keeper.timeline("rover", "web", 0)).at(-1)).toMatchObject({
      ...{ activity: "asleep", because: "it did not wake: its image is gone" },
    });
  });
});
