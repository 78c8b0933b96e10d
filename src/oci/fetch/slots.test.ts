import { expect, test } from "vitest";
import { slots } from "./slots.ts";

test("never more than so many at once, in the order of asking", async () => {
  const free = slots(2);
  const order: number[] = [];
  let inside = 0;
  let most = 0;
  const work = async (at: number) => {
    const release = await free.take();
    order.push(at);
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
    release();
    // A second release gives nothing back.
    release();
  };
  await Promise.all(Array.from({ length: 9 }, (_, at) => work(at)));
  expect(most).toBe(2);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test("who is cancelled while waiting leaves the queue and takes no slot", async () => {
  const free = slots(1);
  const release = await free.take();
  const stop = new AbortController();
  const cancelled = free.take(stop.signal);
  const next = free.take();
  stop.abort();
  await expect(cancelled).rejects.toThrow();
  release();
  (await next)();
  await expect(free.take(AbortSignal.abort())).rejects.toThrow();
  (await free.take())();
});
