import { setTimeout as pause } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { LABELS } from "../types.ts";
import { HealthKeeper } from "./health-keeper.ts";
import { HEALTH_LABEL } from "./names.ts";
import { probe } from "./probe.ts";
import { container } from "./testing.ts";

const CHECK = { http: { port: 1, path: "/" }, intervalMs: 1000, timeoutMs: 1000, startPeriodMs: 0, retries: 1 };
const WEB = container({ addresses: { one: "127.0.0.1" } });
const DAY = 86_400_000;

test.each([
  ["a path that can be none", { http: { port: 1, path: "/a b\n" } }],
  ["a port that can be none", { http: { port: 99_999, path: "/" } }],
  ["a time that no timer can count", { timeoutMs: 60 * DAY }],
  ["a part of a millisecond", { timeoutMs: 1.5 }],
  ["a time below none", { timeoutMs: -5 }],
])("%s is no answer, and nothing else", async (_, said) => {
  expect(await probe(WEB, { ...CHECK, ...said }, false)).toBe(false);
});

test("a check once in sixty days is not made all the time", async () => {
  const spec = { ...CHECK, intervalMs: 60 * DAY, startIntervalMs: 60 * DAY };
  const labels = { [LABELS.stack]: "rover", [HEALTH_LABEL]: JSON.stringify(spec) };
  const keeper = new HealthKeeper(false);
  const timers = vi.spyOn(globalThis, "setTimeout");
  keeper.mind({ ...WEB, labels });
  await vi.waitFor(() => expect(timers.mock.calls.some(([, ms = 0]) => ms > DAY)).toBe(true), 20_000);
  await pause(50);
  expect(timers.mock.calls.filter(([, ms = 0]) => ms > 2 ** 31 - 1)).toEqual([]);
  keeper.close();
  timers.mockRestore();
});
