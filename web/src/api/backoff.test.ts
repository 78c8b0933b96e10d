import { expect, test } from "vitest";
import { pause, waitBefore } from "./backoff.ts";

test("waiting grows to a quarter of a minute and no longer", () => {
  expect([0, 1, 2, 3, 20].map((tries) => waitBefore(tries, 1))).toEqual([500, 1000, 2000, 4000, 15_000]);
  expect(waitBefore(3, 0)).toBe(2000);
});

test("a pause ends with its signal", async () => {
  const end = new AbortController();
  const ended = pause(60_000, end.signal);
  end.abort();
  await expect(ended).resolves.toBeUndefined();
  await expect(pause(60_000, end.signal)).resolves.toBeUndefined();
});
