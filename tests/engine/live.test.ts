// The view of containers in memory against real engines: changes arrive by events, an engine that is killed is noticed and
// waited for, health is checked where the engine does not.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectEngine, type LiveChange, LiveContainers } from "../../src/services/engine/index.ts";
import type { Engine } from "../../src/services/engine/types.ts";
import { hasDockerd, hasPodman, startDockerd, startPodman, type TestEngine } from "../support/engine.ts";
import { planOf, until } from "./shared.ts";

const ENGINES = [
  { kind: "docker", there: hasDockerd, start: () => startDockerd({ arguments: ["--live-restore"] }) },
  { kind: "podman", there: hasPodman, start: () => startPodman() },
] as const;

/** Counts what is asked of an engine. */
function counted(engine: Engine): { readonly engine: Engine; inspections: number } {
  const counter = {
    inspections: 0,
    engine: {
      ...engine,
      container: (id: string, wait?: { readonly signal?: AbortSignal | undefined }) => {
        counter.inspections += 1;
        return engine.container(id, wait);
      },
    },
  };
  return counter;
}

describe.each(ENGINES)("$kind", ({ kind, there, start }) => {
  describe.skipIf(!there)(`${kind} (needs root and the engine)`, () => {
    let real: TestEngine;
    let engine: Engine;
    let live: LiveContainers;
    let counter: { inspections: number };
    const changes: LiveChange[] = [];

    beforeAll(async () => {
      real = await start();
      await real.image({ name: "test/tiny:1" });
      engine = connectEngine({ address: real.address, timeoutMs: 20_000 });
      const counting = counted(engine);
      counter = counting;
      live = new LiveContainers({ engine: counting.engine, site: "test" });
      live.watch((change) => changes.push(change));
      await live.ready();
    });
    afterAll(async () => {
      await live?.close();
      await real?.stop();
    });

    test("knows what starts, has an address, stops and goes, without asking", async () => {
      const labels = { "berth.site": "test", "berth.stack": "shop" };
      const id = await engine.create(planOf("shop-web-1", { labels }));
      await engine.create(planOf("foreign", { labels: { "berth.site": "another" } }));
      await engine.start(id);
      await until("it runs", () => live.get(id)?.status === "running");
      await until("it has an address", () => Object.keys(live.get(id)?.addresses ?? {}).length > 0);
      const [address = ""] = Object.values(live.get(id)?.addresses ?? {});
      expect(live.byAddress(address)?.name).toBe("shop-web-1");
      expect(live.byStack("shop").map((one) => one.id)).toEqual([id]);
      expect(live.all().map((one) => one.id)).toEqual([id]);
      const asked = counter.inspections;
      for (let reads = 0; reads < 1000; reads += 1) live.byStack("shop");
      expect(counter.inspections).toBe(asked);
      await engine.kill(id, "SIGKILL");
      await until("it has ended", () => live.get(id)?.status === "exited");
      expect(live.byAddress(address)).toBeUndefined();
      await engine.remove(id);
      await until("it is gone", () => live.get(id) === undefined);
      expect(live.byStack("shop")).toEqual([]);
      const last = changes.at(-1);
      expect(last).toMatchObject({ kind: "changed", id, before: { name: "shop-web-1" }, now: undefined });
      expect(live.all()).toEqual([]);
    });

    test("looks once at a container of which several things are told at a time", async () => {
      const id = await engine.create(planOf("burst", { command: ["true"] }));
      await until("it is known", () => live.get(id) !== undefined);
      counter.inspections = 0;
      await engine.start(id);
      await engine.wait(id);
      await until("it has ended", () => live.get(id)?.status === "exited");
      // At least network, start, die, network again were told, and the engine may be slow enough for two looks at most each.
      expect(counter.inspections).toBeLessThanOrEqual(4);
      await engine.remove(id);
      await until("it is gone", () => live.get(id) === undefined);
    });

    test("judges health, whoever checks", async () => {
      const health = {
        test: ["CMD", "test", "-e", "/tmp/well"],
        intervalMs: 200,
        timeoutMs: 5000,
        startPeriodMs: 0,
        retries: 2,
      };
      const id = await engine.create(planOf("checked", { health }));
      await engine.start(id);
      await until("it is starting", () => live.get(id)?.health === "starting");
      await until("it is ill", () => live.get(id)?.health === "unhealthy");
      const session = await engine.exec(id, { argv: ["touch", "/tmp/well"], tty: false, stdin: false });
      expect(await session.wait()).toBe(0);
      await until("it is well", () => live.get(id)?.health === "healthy");
      expect(changes.some((change) => change.kind === "changed" && change.now?.health === "unhealthy")).toBe(true);
      await engine.remove(id, { force: true });
      await until("it is gone", () => live.get(id) === undefined);
    });

    test("notices an engine that is killed, waits for it, and knows afterwards what happened meanwhile", async () => {
      const stays = await engine.create(planOf("stays"));
      await engine.start(stays);
      const goes = await engine.create(planOf("goes"));
      await until("both are known", () => live.get(goes) !== undefined && live.get(stays)?.status === "running");
      changes.length = 0;
      await real.crash();
      await until("it is noticed", () => !live.fresh);
      expect(changes).toEqual([{ kind: "away", reason: expect.stringContaining(real.address) }]);
      expect(await engine.alive()).toBe(false);
      await expect(engine.start(goes)).rejects.toMatchObject({ code: "E_ENGINE_ABSENT", http: 503 });
      // What is known stays readable.
      expect(live.get(stays)?.status).toBe("running");
      const ready = live.ready();
      await real.again();
      await ready;
      expect(live.fresh).toBe(true);
      expect(changes.at(-1)).toEqual({ kind: "listed" });
      expect(live.get(stays)?.status).toBe("running");
      await engine.remove(goes);
      await until("events are followed again", () => live.get(goes) === undefined);
      await engine.remove(stays, { force: true });
    });

    test("ends when told to, also in the middle of waiting", async () => {
      const second = new LiveContainers({ engine, site: "test" });
      const never = new AbortController();
      const waiting = second.ready({ signal: never.signal });
      never.abort(new Error("no time"));
      await expect(waiting).rejects.toThrow("no time");
      await second.close();
    });
  });
});
