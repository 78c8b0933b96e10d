import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../../store/open-store.ts";
import type { Room } from "./parts.ts";
import { Runner } from "./runner.ts";
import { FRED } from "./testing.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-runner-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

// Whoever looks for what was left behind would carry it out a second time.
test("an operation that is recorded and not begun yet is known as this server's", async () => {
  const store = await openStore(`sqlite:${join(folder, "berth.db")}`, { now: () => Date.now() / 1000 });
  const known: (readonly string[])[] = [];
  const note = async () => {
    known.push(runner.ids);
  };
  const room = { store, server: "s1", news: { note }, log: { warn() {}, debug() {}, info() {} } } as Partial<unknown>;
  const runner = new Runner(room as Room);
  await runner.begin({ id: "o1", stack: "rover", kind: "restart", arguments: {}, by: FRED }, async () => {
    known.push(runner.ids);
  });
  expect(known.slice(0, 2)).toEqual([["o1"], ["o1"]]);
  await runner.close(1000);
  expect(runner.ids).toEqual([]);
  await expect(
    runner.begin({ id: "o2", stack: "rover", kind: "restart", arguments: {}, by: FRED }, async () => {}),
  ).rejects.toMatchObject({ code: "E_STACK_CLOSING" });
  await store.close();
});
