import { expect, test } from "vitest";
import { container } from "../driver/testing.ts";
import { HealthRunner, judge } from "./health-runner.ts";
import type { Engine, EngineContainer } from "./types.ts";

const CHECK = { test: ["CMD", "true"], intervalMs: 1000, timeoutMs: 1000, startPeriodMs: 10_000, retries: 3 };

/** The states after each result, one second apart. */
function course(results: readonly (boolean | undefined)[], check = CHECK): readonly EngineContainer["health"][] {
  const patient = { startedAt: 0, health: "starting" as EngineContainer["health"], failures: 0 };
  return results.map((well, at) => {
    patient.health = judge(patient, well, at + 1, check);
    return patient.health;
  });
}

test("failures do not count while it may still start, and one success ends that", () => {
  expect(course(Array(12).fill(false))).toEqual([...Array(11).fill("starting"), "unhealthy"]);
  expect(course([false, true, false, false, false])).toEqual([
    "starting",
    "healthy",
    "healthy",
    "healthy",
    "unhealthy",
  ]);
});

test("only failures in a row make it ill, one success makes it well", () => {
  const check = { ...CHECK, startPeriodMs: 0, retries: 2 };
  expect(course([true, false, true, false, false, true], check)).toEqual([
    "healthy",
    "healthy",
    "healthy",
    "healthy",
    "unhealthy",
    "healthy",
  ]);
});

test("a check that could not be made says nothing", () => {
  const check = { ...CHECK, startPeriodMs: 0, retries: 1 };
  expect(course([undefined, true, undefined, false, undefined], check)).toEqual([
    "starting",
    "healthy",
    "healthy",
    "unhealthy",
    "unhealthy",
  ]);
});

test.each([1.5, -1, 60 * 86_400_000])(
  "an image that gives its check %d ms is checked all the same",
  async (timeoutMs) => {
    const exec = async () => ({
      ...{ id: "e1", output: (async function* () {})(), wait: async () => 0 },
      ...{ write: async () => {}, end() {}, resize: async () => {}, close() {} },
    });
    const engine = { exec } as Partial<Engine> as Engine;
    const { promise, resolve } = Promise.withResolvers<string>();
    const runner = new HealthRunner(engine, resolve);
    runner.enable(true);
    const healthCheck = { ...CHECK, intervalMs: 1, timeoutMs };
    const patient = container({ healthCheck });
    runner.watch(patient);
    await promise;
    expect(runner.judged(patient).health).toBe("healthy");
    runner.close();
  },
);
