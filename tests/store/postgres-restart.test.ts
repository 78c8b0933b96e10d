// PostgreSQL goes away in the middle, in order and by a crash: what was under way is done again or fails with one clear
// error, and nobody has to be started anew.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasCode } from "../../src/base/errors.ts";
import { handClock, request, serverQueue } from "../../src/gateway/queue/testing.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { hasPostgres, startPostgres, type TestPostgres } from "../support/postgres.ts";

const now = () => Date.now() / 1000;
const why = hasPostgres ? "" : " (skipped: PostgreSQL is not installed)";

describe.skipIf(!hasPostgres)(`when PostgreSQL goes away${why}`, () => {
  let postgres: TestPostgres;
  let url = "";
  const open: Store[] = [];
  const connect = async () => {
    const store = await openStore(url, { now });
    open.push(store);
    return store;
  };
  beforeAll(async () => {
    postgres = await startPostgres();
    url = await postgres.createDatabase();
  });
  afterAll(async () => {
    for (const store of open) await store.close();
    await postgres?.stop();
  });

  test.each(["fast", "immediate"] as const)("work goes on after a restart (%s)", async (how) => {
    const clock = handClock();
    const [one, two] = [
      serverQueue(await connect(), "one", clock, 100),
      serverQueue(await connect(), "two", clock, 100),
    ];
    const ids: string[] = [];
    for (let n = 0; n < 40; n += 1) ids.push((await one.add(request(`${how}${n}`, n % 5))).id);
    const restarting = (async () => {
      await postgres.halt(how);
      await postgres.start();
    })();
    await Promise.all([one, one, two, two].map((queue) => work(queue)));
    await restarting;
    // What was committed without that we heard of it is found by a heartbeat.
    while ((await one.unfinished(undefined)).length > 0) {
      for (const queue of [one, two]) {
        await queue.beat();
        await work(queue);
      }
    }
    for (const id of ids) expect(await one.find(id)).toMatchObject({ status: "READY" });
  });

  test("news are heard again afterwards", async () => {
    const clock = handClock();
    const [one, two] = [serverQueue(await connect(), "one", clock), serverQueue(await connect(), "two", clock)];
    expect(await one.claim({ perUser: 1 })).toBeUndefined();
    await postgres.halt("immediate");
    await postgres.start();
    const heard = new Set<string>();
    let told = () => {};
    // Told by the change itself or, after the gap, among all that may have changed.
    one.watch((changed) => {
      heard.add(changed);
      told();
    });
    const { id } = await two.add(request("news", 1));
    while (!heard.has(id))
      await new Promise<void>((resolve) => {
        told = resolve;
      });
    await one.wait(60_000, AbortSignal.timeout(60_000));
    expect(await one.claim({ perUser: 1 })).toMatchObject({ id });
    await one.finish(id, { kind: "ready", imageId: "x" });
  });

  test("a request fails with one clear error as long as it is away, and an end is written later", async () => {
    const clock = handClock();
    const queue = serverQueue(await connect(), "one", clock);
    const { id } = await queue.add(request("away", 1));
    await queue.claim({ perUser: 1 });
    await postgres.halt("fast");
    const [failure] = await Promise.all([
      queue.find(id).catch((error: unknown) => error),
      queue.finish(id, { kind: "ready", imageId: "x" }),
    ]);
    expect(failure).toMatchObject({ code: "E_STORE_AWAY", http: 503 });
    expect(String(failure)).not.toContain("berth@");
    await postgres.start();
    await queue.beat();
    expect(await queue.find(id)).toMatchObject({ status: "READY" });
  });
});

/** Works until nothing is to be claimed; a store that is away is asked again, as a server's worker does. */
async function work(queue: ReturnType<typeof serverQueue>): Promise<void> {
  for (;;) {
    try {
      const pull = await queue.claim({ perUser: 100 });
      if (!pull) return;
      await queue.progress(pull.id, "PULLING", "", { done: 0, total: 0, rate: 0 });
      await queue.finish(pull.id, { kind: "ready", imageId: "x" });
    } catch (error) {
      if (!hasCode(error, "E_STORE_AWAY")) throw error;
    }
  }
}
