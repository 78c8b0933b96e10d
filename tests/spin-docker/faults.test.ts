// What must not go wrong with spin-docker's containers when something else does: an engine that dies, a server that dies in
// the middle, clocks that are set, containers that lie.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HandClock } from "../../src/services/idle/testing.ts";
import { hasDockerd, startDockerd, type TestEngine } from "../support/engine.ts";
import { loadImages, type Settings, World, wait } from "./world.ts";

const SKIP = hasDockerd ? "" : " (skipped: no dockerd, or not root)";
const FAST = { initialMs: 2000, intervalMs: 1000 };

describe(`spin-docker's containers${SKIP}`, () => {
  let engine: TestEngine;
  beforeAll(async () => {
    if (!hasDockerd) return;
    engine = await startDockerd({ arguments: ["--live-restore"] });
    await loadImages(engine);
  });
  afterAll(async () => engine?.stop());

  const inWorld = (settings: () => Settings, run: (world: World) => Promise<void>) => async () => {
    const world = await World.open(engine, settings());
    try {
      await run(world);
    } finally {
      await world.close();
    }
  };
  const fault = (name: string, run: (world: World) => Promise<void>, settings: () => Settings = () => ({})) =>
    test.skipIf(!hasDockerd)(name, inWorld(settings, run));

  fault("that somebody else stops, starts and removes are shown so without an audit", async (world) => {
    const { container_id: id = "" } = await world.post();
    await world.engine.stop(id, 2000);
    await world.until(id, "stopped");
    await world.engine.start(id);
    const shown = await world.until(id, "running");
    expect(shown["app_port"]).toMatch(/^\d+$/);
    // Whoever started it: its use is looked at from now on.
    expect(await world.spin.nextLook()).toBeGreaterThan(Date.now() / 1000 + 7000);
    await world.engine.remove(id, { force: true });
    while ((await world.list()).length > 0) await wait(20);
    expect(await world.spin.nextLook()).toBeUndefined();
  });

  fault("say who they are by their token, whatever their address", async (world) => {
    const [one, other] = [await world.post(), await world.post("sd/web")];
    const token = await world.inside(
      one["container_id"],
      ". /run/berth/check-in; echo -n $BERTH_CHECK_IN_TOKEN:$BERTH_CHECK_IN_PORT",
    );
    const [secret = "", port] = token.split(":");
    expect(port).toBe(String(world.port));
    await world.ask("POST", `/v1/check-in/${secret}`, { form: { active: "5" } });
    expect((await world.get(one["container_id"]))["active"]).toBe("5");
    const forged = secret.replace(one["container_id"] ?? "", other["container_id"] ?? "");
    for (const wrong of [forged, `${secret}A`, "bci_", "x"])
      await world.ask("POST", "/v1/check-in", { form: { active: "9" }, headers: { "x-berth-check-in": wrong } });
    expect([(await world.get(one["container_id"]))["active"], await world.get(other["container_id"])]).toEqual([
      "5",
      other,
    ]);
  });

  fault(
    "are believed through a proxy of the site only",
    async (world) => {
      const { container_id: id = "" } = await world.post();
      const address = Object.values((await world.engine.container(id))?.addresses ?? {})[0] ?? "";
      await world.live.refresh(id);
      const report = (active: string, forwarded: string) =>
        world.ask("POST", "/v1/check-in", { form: { active }, headers: { "x-forwarded-for": forwarded } });
      // The proxy writes whom it saw behind what it was told.
      await report("3", `198.51.100.1, ${address}`);
      expect((await world.get(id))["active"]).toBe("3");
      await report("4", `${address}, 198.51.100.1`);
      expect((await world.get(id))["active"]).toBe("3");
    },
    () => ({ trustedProxies: ["127.0.0.1"] }),
  );

  fault("whose stop was cut off by the server's end are stopped by the next one", async (world) => {
    const [one, two] = [await world.post("sd/stubborn"), await world.post("sd/stubborn")];
    await world.admin("PATCH", one["uri"] ?? "", { form: { status: "stopped" } });
    await world.admin("DELETE", two["uri"] ?? "");
    await world.halt();
    for (const { container_id: id = "" } of [one, two]) await world.engine.kill(id, "SIGKILL").catch(() => {});
    await world.start();
    await world.until(one["container_id"], "stopped");
    await world.spin.settled();
    expect(await world.engine.container(two["container_id"] ?? "")).toBeUndefined();
  });

  fault("that a server made and did not write down are found by the next one", async (world) => {
    const made = await world.post();
    await world.halt();
    await world.store.db.deleteFrom("spin_containers").execute();
    await world.start();
    expect(await world.list()).toEqual([made]);
  });

  fault(
    "live as long as before when the clock is set",
    async (world) => {
      const clock = world.clock as HandClock;
      const { container_id: id } = await world.post();
      clock.set(86_400);
      await world.pass(1);
      expect(await world.spin.nextLook()).toBeCloseTo(clock.now() + 1, 3);
      expect((await world.get(id))["status"]).toBe("running");
      clock.set(-2 * 86_400);
      await world.pass(1);
      await world.checkInFrom(id, "active=1");
      await world.pass(1);
      expect(await world.spin.nextLook()).toBeCloseTo(clock.now() + 1, 3);
      await world.checkInFrom(id, "active=0");
      await world.pass(1);
      await world.pass(1);
      await world.until(id, "stopped");
    },
    () => ({ ...FAST, clock: new HandClock(Date.now() / 1000) }),
  );

  fault(
    "whose reporter died count as idle after two intervals, where the site wants it so",
    async (world) => {
      const { container_id: id } = await world.post();
      await world.checkInFrom(id, "active=1");
      await world.pass(2);
      expect((await world.get(id))["status"]).toBe("running");
      await world.pass(1);
      await world.pass(1);
      await world.until(id, "stopped");
    },
    () => ({ ...FAST, clock: new HandClock(Date.now() / 1000) }),
  );

  fault(
    "get the chance to report when the server was away for long",
    async (world) => {
      const { container_id: id } = await world.post();
      await world.halt();
      (world.clock as HandClock).advance(100_000);
      await world.start();
      await world.pass(0.5);
      expect((await world.get(id))["status"]).toBe("running");
      await world.pass(0.6);
      await world.pass(1);
      await world.until(id, "stopped");
    },
    () => ({ ...FAST, clock: new HandClock(Date.now() / 1000) }),
  );

  fault("outlive an engine that is killed, and so does the server", async (world) => {
    const { container_id: id = "", uri = "" } = await world.post();
    await engine.crash();
    expect((await world.list()).length).toBe(1);
    const refused = await world.admin("POST", "/v1/containers", { form: { image: "sd/app" } });
    expect([refused.status, Object.keys(refused.json)]).toEqual([500, ["message"]]);
    await world.admin("PATCH", uri, { form: { status: "stopped" } });
    await engine.again();
    await world.until(id, "stopped", 30_000);
    await world.admin("PATCH", uri, { form: { status: "running" } });
    await world.until(id, "running");
  });
});
