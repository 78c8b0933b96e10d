// The decision whether a service is in use, signal by signal and together.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { IdleSpec } from "../../recipe/stack/types.ts";
import { decide, type KnownUse } from "./decide.ts";

const NOW = 1_800_000_000;
const RULES = { reportInterval: 300, trafficInterval: 10, cpuInterval: 60, listeningSince: NOW - 86_400 };
const COLD = { warm: false, until: Number.POSITIVE_INFINITY };
const POLICY: IdleSpec = {
  ...{ afterMs: 1_800_000, action: "stop", signals: ["requests", "connections"], keepWarm: [], wake: true },
  ...{ wakeWith: "auto", holdMs: 30_000, ignorePaths: [], ignoreAgents: [], unknownMeans: "active" },
};
const USE: KnownUse = { startedAt: NOW - 7200, lastUse: undefined, reports: [], traffic: undefined, cpu: undefined };
const traffic = (open: number, ago: number | undefined) => ({
  open,
  lastUse: ago === undefined ? 0 : NOW - ago,
  at: NOW - 1,
});
const judge = (use: Partial<KnownUse>, policy: Partial<IdleSpec> = {}, warmth = COLD) =>
  decide({ ...USE, ...use }, { ...POLICY, ...policy }, warmth, RULES, NOW);

describe("a service", () => {
  test("with open connections is in use", () => {
    expect(judge({ traffic: traffic(3, 4000) })).toMatchObject({
      activity: "active",
      because: "3 open connections",
      stop: false,
    });
  });

  test("whose tabs do not count is idle although they are open", () => {
    const { activity, stop } = judge({ traffic: traffic(3, 4000) }, { signals: ["requests"] });
    expect({ activity, stop }).toEqual({ activity: "idle", stop: true });
  });

  test("between two requests of a visit is in use, later idle until its time is over", () => {
    expect(judge({ traffic: traffic(0, 20) })).toMatchObject({ activity: "active", because: "last request 20 s ago" });
    expect(judge({ traffic: traffic(0, 600) })).toMatchObject({
      ...{ activity: "idle", lastUse: NOW - 600, stopsAt: NOW + 1200, stop: false },
    });
    expect(judge({ traffic: traffic(0, 1801) })).toMatchObject({ stopsAt: NOW - 1, stop: true });
  });

  test("that nobody ever used gets its time from when it was started, by whomever", () => {
    expect(judge({ startedAt: NOW - 60, traffic: traffic(0, undefined) })).toMatchObject({
      stopsAt: NOW + 1740,
      stop: false,
    });
    expect(judge({ startedAt: NOW - 60, traffic: traffic(0, 9000) })).toMatchObject({
      stopsAt: NOW + 1740,
      stop: false,
    });
  });

  test("of which the proxies say nothing is unknown, and the policy decides", () => {
    const silent = { traffic: { open: 0, lastUse: NOW - 9000, at: NOW - 21 } };
    expect(judge(silent)).toMatchObject({ activity: "unknown", stopsAt: undefined, stop: false });
    expect(judge(silent, { unknownMeans: "idle" })).toMatchObject({ activity: "unknown", stop: true });
  });

  test("reports itself: in use, idle, and unknown after two intervals", () => {
    const by = { signals: ["check-in"] } as const;
    const reported = (value: string, ago: number) => judge({ reports: [{ value, at: NOW - ago }] }, by);
    expect(reported("3", 40)).toMatchObject({
      activity: "active",
      because: "checked in 40 s ago with 3",
      lastUse: NOW - 40,
    });
    expect(reported("0", 40)).toMatchObject({ activity: "idle", because: "checked in 40 s ago with 0" });
    expect(reported("3", 601)).toMatchObject({ activity: "unknown", because: "last checked in 10 min ago" });
    expect(judge({}, by)).toMatchObject({ activity: "unknown", because: "never checked in" });
    expect(judge({ startedAt: NOW - 60 }, by)).toMatchObject({ activity: "idle", because: "has not checked in yet" });
  });

  test("is in use when one of its containers is", () => {
    const reports = [
      { value: "0", at: NOW - 1 },
      { value: "2", at: NOW - 9 },
    ];
    expect(judge({ reports }, { signals: ["check-in"] }).activity).toBe("active");
  });

  test("works as long as its CPU time is above the floor", () => {
    const cpu = (share: number) =>
      judge({ cpu: { share, at: NOW - 5, busyAt: NOW - 900 } }, { signals: ["cpu"], cpuFloor: 0.1 });
    expect(cpu(0.5)).toMatchObject({ activity: "active", because: "uses 0.50 of a CPU" });
    expect(cpu(0.05)).toMatchObject({ activity: "idle", lastUse: NOW - 900, stopsAt: NOW + 900 });
    expect(judge({}, { signals: ["cpu"] }).activity).toBe("unknown");
  });

  test("is not stopped in its hours, nor when nothing is to be done", () => {
    const quiet = { traffic: traffic(0, 9000) };
    expect(judge(quiet, {}, { warm: true, until: NOW + 60 })).toMatchObject({ activity: "warm", stop: false });
    expect(judge(quiet, { action: "none" })).toMatchObject({ activity: "idle", stopsAt: undefined, stop: false });
    expect(judge(quiet, { signals: [] })).toMatchObject({ activity: "unknown", stop: false });
  });

  test("is not stopped by a server that just started", () => {
    const rules = { ...RULES, listeningSince: NOW - 19 };
    const known = { ...USE, traffic: traffic(0, 9000) };
    expect(decide(known, POLICY, COLD, rules, NOW).stop).toBe(false);
    expect(decide(known, POLICY, COLD, { ...rules, listeningSince: NOW - 20 }, NOW).stop).toBe(true);
  });

  test("is never stopped while a signal that counts says use, whatever the others say", () => {
    const times = fc.integer({ min: 0, max: 100_000 }).map((seconds) => NOW - seconds);
    const known = fc.record({
      startedAt: times,
      lastUse: fc.option(times, { nil: undefined }),
      reports: fc.array(fc.record({ value: fc.constantFrom("0", "1", "", "00"), at: times }), { maxLength: 3 }),
      traffic: fc.option(fc.record({ open: fc.nat(3), lastUse: times, at: times }), { nil: undefined }),
      cpu: fc.option(fc.record({ share: fc.double({ min: 0, max: 2, noNaN: true }), at: times, busyAt: times }), {
        nil: undefined,
      }),
    });
    const policies = fc.record({
      signals: fc.subarray<IdleSpec["signals"][number]>(["check-in", "requests", "connections", "cpu"]),
      unknownMeans: fc.constantFrom<IdleSpec["unknownMeans"]>("active", "idle"),
      cpuFloor: fc.constant(0.5),
    });
    fc.assert(
      fc.property(known, policies, fc.boolean(), (use, policy, warm) => {
        const result = decide(use, { ...POLICY, ...policy }, { warm, until: 0 }, RULES, NOW);
        if (result.stop) expect(["idle", "unknown"]).toContain(result.activity);
        if (warm) expect(result.stop).toBe(false);
        if (result.stop) expect(NOW - use.startedAt).toBeGreaterThanOrEqual(POLICY.afterMs / 1000);
        if (result.stop && result.lastUse !== undefined) expect(NOW - result.lastUse).toBeGreaterThanOrEqual(1800);
      }),
      { seed: 6, numRuns: 500 },
    );
  });
});
