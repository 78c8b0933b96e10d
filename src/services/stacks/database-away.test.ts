// The database goes for some seconds in the middle of operations, as when its server is restarted: they go on.

import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasPostgres, startPostgres, type TestPostgres } from "../../../tests/support/postgres.ts";
import { openStore } from "../../store/index.ts";
import { FRED, ModelDriver, openModelStacks, wish } from "./testing.ts";

describe.skipIf(!hasPostgres)("with PostgreSQL away (skipped without postgresql)", () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 30_000);
  afterAll(() => postgres?.stop());

  test.each(["resolve", "create", "wait-healthy"])("an upgrade that was at %s ends well", async (point) => {
    const store = await openStore(await postgres.createDatabase(), { now: () => Date.now() / 1000, lasting: true });
    const driver = new ModelDriver();
    const stacks = openModelStacks(store, driver);
    const first = await stacks.up(wish("rover", "services: {web: {image: 'web:1'}}"), FRED);
    if (first.begun) await stacks.ended(first.deployment.id);
    driver.move("web:1");
    let once = true;
    const goAway = async (where: string) => {
      if (!once || where !== point) return;
      once = false;
      await postgres.halt("immediate");
      void pause(1500).then(() => postgres.start());
    };
    driver.hook = ({ action }) => goAway(action);
    const { resolve } = driver;
    Object.assign(driver, {
      resolve: async (...asked: Parameters<typeof resolve>) => {
        const found = await resolve(...asked);
        await goAway("resolve");
        return found;
      },
    });
    const { id } = await stacks.upgrade("rover", {}, FRED);
    let state: string | undefined;
    while (state !== "done" && state !== "failed" && state !== "rolled back") {
      await pause(100);
      state = await stacks.operation(id).then(
        (one) => one.state,
        () => undefined,
      );
    }
    expect(once).toBe(false);
    expect(await stacks.operation(id)).toMatchObject({ state: "done" });
    expect((await stacks.deployment(id)).state).toBe("done");
    expect((await stacks.show("rover")).services[0]?.digest).toBe("sha256:web:1#2");
    await stacks.close();
    await store.close();
  });
});
