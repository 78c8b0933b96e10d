import { describe, expect, test } from "vitest";
import { DEFAULT_RETRY, isPassingStatus, parseRetryAfter, waitBefore } from "./retry.ts";

const NOW = Date.parse("Wed, 21 Oct 2015 07:28:00 GMT");
const policy = { ...DEFAULT_RETRY, retries: 4, base: 400, longest: 60_000, random: () => 1 };

describe("waiting", () => {
  test("doubles each time, up to the longest wait, and ends with the retries", () => {
    expect([0, 1, 2, 3, 4].map((n) => waitBefore(n, policy, undefined, NOW))).toEqual([
      400,
      800,
      1600,
      3200,
      undefined,
    ]);
    expect(waitBefore(9, { ...policy, retries: 10 }, undefined, NOW)).toBe(60_000);
  });

  test("is spread by chance, but never at once", () => {
    expect(waitBefore(0, { ...policy, random: () => 0 }, undefined, NOW)).toBe(100);
  });

  test("heeds Retry-After in seconds and as a date, and does not wait for hours", () => {
    expect(waitBefore(0, policy, "7", NOW)).toBe(7000);
    expect(waitBefore(0, policy, "Wed, 21 Oct 2015 07:28:30 GMT", NOW)).toBe(30_000);
    expect(waitBefore(0, policy, "3600", NOW)).toBeUndefined();
    expect(waitBefore(0, policy, "Wed, 21 Oct 2015 07:00:00 GMT", NOW)).toBe(0);
  });

  test.each(["", "-5", "soon", "1e9", "99999999999999", "NaN"])("a Retry-After of %j is none", (text) => {
    expect(parseRetryAfter(text, NOW)).toBeUndefined();
  });
});

test("statuses that may pass", () => {
  expect([200, 400, 401, 404, 408, 429, 500, 501, 502, 503, 504].filter(isPassingStatus)).toEqual([
    408, 429, 500, 502, 503, 504,
  ]);
});
