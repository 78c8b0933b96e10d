// What a set clock, and an engine that refuses, leave of containers and their records. The engine is a few lines here: real
// ones do not refuse on request.

import { afterEach, describe, expect, test } from "vitest";
import { silent } from "../../base/log.ts";
import type { SpinDockerConfig } from "../../site/services/idle.ts";
import type { Store } from "../../store/store.ts";
import { openMemoryStore } from "../../store/testing.ts";
import { container as engineContainer } from "../driver/testing.ts";
import { fail } from "../engine/errors.ts";
import type { EngineContainer } from "../engine/types.ts";
import { checkInTokens } from "../idle/check-in-token.ts";
import { HandClock } from "../idle/testing.ts";
import type { SpinEngine } from "./parts.ts";
import { SpinContainers } from "./spin-containers.ts";

const ID = "c".repeat(64);
const CONFIG: SpinDockerConfig = {
  ...{ password: { text: "pw" }, environment: "production", timeouts: true, initialMs: 7_200_000, intervalMs: 600_000 },
  ...{ state: "events", staleMeans: "idle" },
};

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** An engine of one container that runs. */
class OneContainer {
  refuses = false;
  there: EngineContainer | undefined = engineContainer({
    ...{ id: ID, name: "calm_bay", startedAt: 5 },
    labels: { "berth.site": "here", "berth.kind": "container", "berth.container.image": "sd/app" },
  });

  readonly engine = {
    containers: async () => (this.there ? [this.there] : []),
    container: async () => this.there,
    stop: async () => {},
    remove: async () => {
      if (this.refuses) throw new Error("device or resource busy");
      this.there = undefined;
    },
  } as unknown as SpinEngine;

  /** The engine makes it, and starts it after so many attempts; answers how often it was asked to. */
  startsWithout(taken: number): () => number {
    let starts = 0;
    const made = engineContainer({
      ...{ id: ID, name: "calm_bay", startedAt: 5 },
      labels: { "berth.site": "here", "berth.kind": "container", "berth.container.image": "sd/app" },
    });
    Object.assign(this.engine, {
      image: async () => ({ id: "sha256:1", exposed: ["80/tcp"] }),
      create: async () => {
        this.there = made;
        return ID;
      },
      putArchive: async () => {},
      start: async () => {
        if (starts++ < taken) throw fail("E_ENGINE_PORT_TAKEN", { name: "calm_bay", port: 36_213 });
        return true;
      },
    });
    return () => starts;
  }
}

async function open(clock = new HandClock()) {
  const one = new OneContainer();
  const store: Store = await openMemoryStore();
  ends.push(() => store.close());
  return { one, store, clock, spin: await start(one, store, clock) };
}

async function start(one: OneContainer, store: Store, clock: HandClock): Promise<SpinContainers> {
  const spin = await SpinContainers.open({
    ...{ site: "here", store, engine: one.engine, news: { watch: () => () => {} }, log: silent, clock, retryMs: 1 },
    ...{ config: () => CONFIG, tokens: checkInTokens(Buffer.alloc(32)), way: () => ({ port: 1, url: undefined }) },
  });
  ends.push(() => spin.close());
  return spin;
}

const timer = { container: ID, run: 5, due: 0, final: true };

/** The clock is set, and the loop that looks has seen it. */
async function setClock(spin: SpinContainers, clock: HandClock, seconds: number): Promise<void> {
  const before = await spin.nextLook();
  clock.set(seconds);
  spin.lookNow();
  await expect.poll(() => spin.nextLook()).toBe((before ?? 0) + seconds);
  await spin.settled();
}

describe("when the clock is set", () => {
  test("forward, a report that was made just now still counts", async () => {
    const { spin, clock } = await open();
    expect(spin.checkIn(ID, "3")).toBe(true);
    await setClock(spin, clock, 86_400);
    expect(await spin.look(timer)).toBe("container active");
  });

  test("back, an old report does not count for longer", async () => {
    const { spin, clock } = await open();
    spin.checkIn(ID, "3");
    await setClock(spin, clock, -86_400);
    clock.advance(1201);
    expect(await spin.look(timer)).toBe("stopping container");
  });
});

test.each([
  { taken: 1, says: "running" },
  { taken: 9, says: "something on this machine uses it already" },
])("a port that was free at the making is another's at the start: $taken times", async ({ taken, says }) => {
  const { one, spin } = await open();
  one.there = undefined;
  const tried = one.startsWithout(taken);
  const answer = await spin.create("sd/app").catch((error: Error) => error.message);
  expect(answer).toContain(says);
  expect(tried()).toBe(Math.min(taken + 1, 5));
  expect(one.there !== undefined).toBe(taken === 1);
});

test("what one server heard keeps another from stopping the container", async () => {
  const { one, store, clock, spin } = await open();
  const other = await start(one, store, clock);
  spin.checkIn(ID, "3");
  await spin.settled();
  expect(await other.look(timer)).toBe("container active");
});

test("a container that reports all the time makes no queue of writings, and the last report is kept", async () => {
  const { spin, store } = await open();
  let written = 0;
  const { updateTable } = store.db;
  store.db.updateTable = ((...table: Parameters<typeof updateTable>) => {
    written++;
    return updateTable.apply(store.db, table);
  }) as typeof updateTable;
  for (let report = 0; report <= 1000; report++) spin.checkIn(ID, String(report));
  await spin.settled();
  expect(written).toBe(1);
  const row = await store.db.selectFrom("spin_containers").select("active").executeTakeFirst();
  expect(row?.active).toBe("1000");
});

test("what can be no image's name is none on this server", async () => {
  const { spin } = await open();
  for (const image of ["a..b", "../x", "a b"])
    await expect(spin.create(image)).rejects.toMatchObject({
      ...{ code: "E_SPIN_NO_IMAGE", message: `Image ${image} not found on this server` },
    });
});

test("a report that says nothing new leaves the list as it is", async () => {
  const { spin } = await open();
  spin.checkIn(ID, "3");
  const before = spin.list();
  spin.checkIn(ID, "3");
  expect(spin.list()).toBe(before);
  spin.checkIn(ID, "4");
  expect(spin.list().toString()).toContain('"active":"4"');
});

test("what the engine would not remove is removed when it is asked to compare", async () => {
  const { one, spin } = await open();
  one.refuses = true;
  await spin.remove(ID);
  await spin.settled();
  expect(spin.list().toString()).toBe("[]");
  expect(one.there).toBeDefined();
  one.refuses = false;
  await spin.audit();
  await spin.settled();
  expect(one.there).toBeUndefined();
});
