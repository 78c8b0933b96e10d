// What somebody wants while the platform puts something to sleep counts.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../../store/open-store.ts";
import { readWills, setWill } from "./stack-records.ts";
import { FRED, ModelDriver, openModelStacks, wish } from "./testing.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-sleeping-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("a service that could not be put to sleep stays stopped if somebody stopped it meanwhile", async () => {
  const store = await openStore(`sqlite:${join(folder, "berth.db")}`, { now: () => Date.now() / 1000 });
  const driver = new ModelDriver();
  const stacks = openModelStacks(store, driver);
  const answer = await stacks.up(wish("rover", 'services: {web: {image: "a:1"}}'), FRED);
  if (answer.begun) await stacks.ended(answer.deployment.id);
  driver.hook = async () => {
    await setWill(store.db, "rover", ["web"], { halted: "stopped", reason: "fred stopped it" }, store.now());
    throw new Error("the engine does not want to");
  };
  expect(await stacks.sleep("rover", "web", "stop", "nobody used it")).toBe(false);
  expect((await readWills(store.db, "rover")).get("web")?.halted).toBe("stopped");
  driver.hook = () => {
    throw new Error("the engine does not want to");
  };
  await setWill(store.db, "rover", ["web"], { halted: null, reason: null }, store.now());
  expect(await stacks.sleep("rover", "web", "stop", "nobody used it")).toBe(false);
  expect((await readWills(store.db, "rover")).get("web")?.halted).toBeUndefined();
  await stacks.close();
  await store.close();
});

test("a service whose waking failed is woken by the next who asks", async () => {
  const store = await openStore(`sqlite:${join(folder, "again.db")}`, { now: () => Date.now() / 1000 });
  const driver = new ModelDriver();
  const stacks = openModelStacks(store, driver);
  const answer = await stacks.up(wish("rover", 'services: {web: {image: "a:1"}}'), FRED);
  if (answer.begun) await stacks.ended(answer.deployment.id);
  await stacks.sleep("rover", "web", "stop", "nobody used it");
  driver.hook = () => {
    throw new Error("the engine does not want to");
  };
  await expect(stacks.wake("rover", "web")).rejects.toMatchObject({ code: "E_STACK_ASLEEP" });
  driver.hook = () => {};
  await stacks.wake("rover", "web");
  expect(driver.running("rover")).toEqual({ web: 1 });
  await stacks.close();
  await store.close();
});

test("what somebody wants while a service falls asleep is done after it, whichever server he asks", async () => {
  const store = await openStore(`sqlite:${join(folder, "while.db")}`, { now: () => Date.now() / 1000 });
  const driver = new ModelDriver();
  const stacks = openModelStacks(store, driver);
  const other = openModelStacks(store, driver, { server: "s2" });
  const answer = await stacks.up(wish("rover", 'services: {web: {image: "a:1"}}'), FRED);
  if (answer.begun) await stacks.ended(answer.deployment.id);
  for (const server of [stacks, other]) {
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    driver.hook = ({ action }) => {
      if (action === "stop") begun.resolve();
      return gate.promise;
    };
    const asleep = stacks.sleep("rover", "web", "stop", "nobody used it");
    await begun.promise;
    const wanted = server.restart("rover", undefined, FRED);
    expect((await server.operations("rover")).items[0]).toMatchObject({ kind: "sleep", state: "under way" });
    gate.resolve();
    expect(await asleep).toBe(true);
    expect(await server.ended((await wanted).id)).toMatchObject({ kind: "restart", state: "done" });
    await server.wake("rover", "web");
  }
  await Promise.all([stacks.close(), other.close()]);
  await store.close();
});
