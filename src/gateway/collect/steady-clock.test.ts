import { expect, test } from "vitest";
import { steadyClock } from "./steady-clock.ts";

function clocks() {
  const time = { now: 1000, monotonic: 0 };
  const pass = (seconds: number) => {
    time.now += seconds;
    time.monotonic += seconds;
  };
  return { time, pass, jumped: steadyClock({ now: () => time.now, monotonic: () => time.monotonic }) };
}

test("time that passes, and small corrections, are no jump", () => {
  const { time, pass, jumped } = clocks();
  pass(1e6);
  expect(jumped()).toBe(0);
  time.now += 20;
  expect(jumped()).toBe(0);
});

test("a jump is told until the new time has been kept for six hours", () => {
  const { time, pass, jumped } = clocks();
  time.now += 1e7;
  expect(jumped()).toBe(1e7);
  pass(5 * 3600);
  expect(jumped()).toBe(1e7);
  pass(3600);
  expect(jumped()).toBe(0);
});

test("a jump that is undone is forgotten", () => {
  const { time, jumped } = clocks();
  time.now -= 1e7;
  expect(jumped()).toBe(-1e7);
  time.now += 1e7;
  expect(jumped()).toBe(0);
});
