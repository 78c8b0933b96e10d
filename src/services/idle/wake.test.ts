// Waking: never twice, patience, and what visitors of a broken service hear.

import { describe, expect, test, vi } from "vitest";
import { WakeDesk } from "./wake.ts";

function desk(wake: (stack: string, service: string) => Promise<void>, timeoutMs = 5000) {
  const clock = { now: 1000 };
  const changes: string[] = [];
  const made = new WakeDesk({
    stacks: { wake: vi.fn(wake) },
    now: () => clock.now,
    timeoutMs: () => timeoutMs,
    onChange: (stack, service, { kind }) => changes.push(`${stack}/${service} ${kind}`),
  });
  return { made, clock, changes };
}

describe("waking", () => {
  test("is done once for all who wait", async () => {
    const gate = Promise.withResolvers<void>();
    const wake = vi.fn(() => gate.promise);
    const { made, changes } = desk(wake);
    const visitors = Array.from({ length: 200 }, () => made.wake("rover", "web"));
    expect(made.waking("rover", "web")).toBe(true);
    gate.resolve();
    await Promise.all(visitors);
    expect(wake).toHaveBeenCalledTimes(1);
    expect(made.waking("rover", "web")).toBe(false);
    expect(changes).toEqual(["rover/web began", "rover/web woken"]);
  });

  test("goes on when those who wanted it leave, and nothing of them stays", async ({ onTestFinished }) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const gate = Promise.withResolvers<void>();
    const { made } = desk(() => gate.promise);
    const visitor = new AbortController();
    const first = made.wake("rover", "web", visitor.signal);
    visitor.abort(new Error("gone"));
    await expect(first).rejects.toThrow("gone");
    expect(vi.getTimerCount()).toBe(0);
    const second = made.wake("rover", "web");
    gate.resolve();
    await second;
  });

  test("that lasts too long is told to those who wait, and goes on", async () => {
    const gate = Promise.withResolvers<void>();
    const { made } = desk(() => gate.promise, 5);
    await expect(made.wake("rover", "web")).rejects.toMatchObject({ code: "E_WAKE_SLOW", http: 503 });
    expect(made.waking("rover", "web")).toBe(true);
    gate.resolve();
    await made.settled();
  });

  test("that failed is not tried again before a pause that grows", async () => {
    const wake = vi.fn(async () => {
      throw new Error("its image is gone");
    });
    const { made, clock } = desk(wake);
    const refused = { code: "E_WAKE_FAILED", fields: { reason: "its image is gone", seconds: 2 } };
    await expect(made.wake("rover", "web")).rejects.toMatchObject(refused);
    await expect(made.wake("rover", "web")).rejects.toMatchObject(refused);
    expect(wake).toHaveBeenCalledTimes(1);
    clock.now += 2;
    await expect(made.wake("rover", "web")).rejects.toMatchObject({ fields: { seconds: 4 } });
    expect(wake).toHaveBeenCalledTimes(2);
    made.forgive("rover");
    await expect(made.wake("rover", "web")).rejects.toMatchObject({ code: "E_WAKE_FAILED" });
    expect(wake).toHaveBeenCalledTimes(3);
  });

  test("of one service waits for no other", async () => {
    const { made } = desk((_stack, service) => (service === "slow" ? new Promise(() => {}) : Promise.resolve()));
    void made.wake("rover", "slow").catch(() => {});
    await made.wake("rover", "web");
    await made.wake("mars", "web");
  });
});
