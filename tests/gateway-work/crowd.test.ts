// Many people who want the same images at once, on SQLite and on PostgreSQL, one and two servers, and a database that goes
// away in the middle.

import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { hasPostgres, startPostgres } from "../support/postgres.ts";
import { hasRegistry, startRegistry, type TestRegistry } from "../support/registry.ts";
import { type Gate, openGate } from "./gate.ts";
import { hasSkopeo, push } from "./images.ts";
import { locationAt, openWorkshop } from "./workshop.ts";

const now = () => Date.now() / 1000;
const person = (n: number) => ({ uid: 3000 + n, gid: 3000 + n, user: `user${n}` });

describe.skipIf(!hasRegistry || !hasSkopeo)("a crowd [needs docker-registry, skopeo]", () => {
  let registry: TestRegistry;
  let gate: Gate;
  const cleanups: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    registry = await startRegistry();
    gate = await openGate(registry.host);
  });
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });
  afterAll(async () => {
    await gate?.stop();
    await registry?.stop();
  });

  const layered = (name: string) => ({ layers: [{ entries: [{ path: name, content: randomBytes(2000) }] }] });

  test("of 50 people with 200 requests for 20 images has each of them fetched and made once", async () => {
    const names = Array.from({ length: 20 }, (_, n) => `crowd/i${n}:1`);
    await Promise.all(names.map((name) => push(registry, name, layered(name.replace(/\W/g, "")))));
    const shop = await openWorkshop({ locations: [locationAt("site", gate.url)], workers: { jobs: 3 } });
    cleanups.push(shop.stop);
    const requests = Array.from({ length: 200 }, (_, n) => ({ tag: names[n % 20] ?? "", owner: person(n % 50) }));
    const pulls = await Promise.all(requests.map(({ tag, owner }) => shop.ask(tag, { owner })));
    for (const id of new Set(pulls.map(({ id }) => id)))
      expect(await shop.until(id, ({ finishedAt }) => finishedAt !== null, 60_000)).toMatchObject({ status: "READY" });
    expect(gate.count(/GET \/v2\/crowd\/.*\/blobs\//)).toBe(40);
    expect((await readdir(shop.imageDir())).filter((name) => name.endsWith(".squashfs")).length).toBe(20);
  });

  test.skipIf(!hasPostgres)(
    "on two servers and a PostgreSQL that crashes meanwhile gets everything [needs postgresql]",
    async () => {
      const postgres = await startPostgres();
      cleanups.push(postgres.stop);
      const url = await postgres.createDatabase();
      const names = Array.from({ length: 4 }, (_, n) => `pg/i${n}:1`);
      await Promise.all(names.map((name) => push(registry, name, layered(name.replace(/\W/g, "")))));
      const setup = { locations: [locationAt("site", gate.url)], systems: { one: {}, two: {} } };
      const first = await openWorkshop({ ...setup, store: await openStore(url, { now }) });
      const second = await openWorkshop({ ...setup, store: await openStore(url, { now }), dir: first.dir });
      cleanups.push(async () => {
        await Promise.all([first.stop(), second.stop()]);
        await Promise.all([first.store.close(), second.store.close()]);
      });
      const hold = gate.hold(/\/v2\/pg\/.*\/blobs\//);
      const asked = await Promise.all(
        names.flatMap((tag) => ["one", "two"].map((system) => first.ask(tag, { system }))),
      );
      await hold.reached;
      await postgres.halt("immediate");
      hold.release();
      await new Promise((resolve) => setTimeout(resolve, 500));
      await postgres.start();
      for (const { id } of asked) {
        const ended = await first.until(id, ({ finishedAt }) => finishedAt !== null, 60_000);
        expect(ended).toMatchObject({ status: "READY" });
      }
      for (const system of ["one", "two"]) {
        const files = await readdir(join(first.dir, "images", system));
        expect(files.filter((name) => name.endsWith(".squashfs")).length).toBe(4);
        expect(files.length).toBe(12);
      }
    },
  );
});
