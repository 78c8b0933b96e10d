import { describe, expect, test } from "vitest";
import { person, SAMPLE_PULL } from "../../../../tests/gateway/sample-desk.ts";
import type { PullRecord } from "../../types.ts";
import { followPull, waitersOf } from "./follow-pull.ts";

const NEVER = 3_600_000;
const QUICK = { atMostEveryMs: 0, lookEveryMs: NEVER };
const ANN = person(500, "ann");

/** A pull whose record changes as told, and those who listen. */
function pullThatChanges() {
  let record: PullRecord = SAMPLE_PULL;
  const listeners = new Set<(id: string) => void>();
  const waiters = waitersOf((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  });
  const change = (more: Partial<PullRecord>, id = SAMPLE_PULL.id) => {
    record = { ...record, ...more };
    for (const listener of listeners) listener(id);
  };
  const sources = { desk: { findPull: async () => record }, changed: waiters.changed };
  return { change, sources, waiters, listeners };
}

describe("following a pull", () => {
  test("tells of a change that comes while the last one is told", async () => {
    const { change, sources } = pullThatChanges();
    const signal = new AbortController().signal;
    const seen: number[] = [];
    for await (const { progress } of followPull(sources, ANN, SAMPLE_PULL.id, { signal, pace: QUICK })) {
      seen.push(progress.done);
      if (seen.length < 4) change({ progress: { done: seen.length * 100, total: 400, rate: 1 } });
      else change({ finishedAt: 5, status: "READY", progress: { done: 400, total: 400, rate: 0 } });
    }
    expect(seen).toEqual([10, 100, 200, 300, 400]);
  });

  test("looks by itself when nobody tells, and hears nothing of other pulls", async () => {
    const { change, sources } = pullThatChanges();
    const signal = new AbortController().signal;
    const pace = { atMostEveryMs: 0, lookEveryMs: 1 };
    const following = followPull(sources, ANN, SAMPLE_PULL.id, { signal, pace });
    await following.next();
    change({ finishedAt: 5, status: "FAILURE" }, "another");
    expect((await following.next()).value).toMatchObject({ status: "FAILURE" });
    expect((await following.next()).done).toBe(true);
  });

  test("ends without a word when it is told to", async () => {
    const { sources } = pullThatChanges();
    const stop = new AbortController();
    const following = followPull(sources, ANN, SAMPLE_PULL.id, { signal: stop.signal, pace: QUICK });
    await following.next();
    const next = following.next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  test("lets go of the feed", () => {
    const { waiters, listeners } = pullThatChanges();
    expect(listeners.size).toBe(1);
    waiters.stop();
    expect(listeners.size).toBe(0);
  });
});
