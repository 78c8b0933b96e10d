import { expect, test } from "vitest";
import { Turn } from "./turn.ts";

test("a turn is given in the order in which it was asked for", async () => {
  const turn = new Turn(1000);
  const order: number[] = [];
  const one = async (n: number) => {
    const release = await turn.take();
    order.push(n);
    await Promise.resolve();
    release();
  };
  await Promise.all([one(1), one(2), one(3)]);
  expect(order).toEqual([1, 2, 3]);
  expect(turn.taken).toBe(false);
});

test("who waits too long for a turn is told, and stands in nobody's way", async () => {
  const turn = new Turn(20);
  const release = await turn.take();
  await expect(turn.take()).rejects.toMatchObject({ code: "E_STORE_BUSY", http: 503 });
  release();
  release();
  (await turn.take())();
});
