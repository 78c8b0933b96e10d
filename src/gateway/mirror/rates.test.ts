// What is remembered of limits.

import { describe, expect, test } from "vitest";
import { NOBODY } from "./caller.ts";
import { rateMemory } from "./rates.ts";

const HUB = { name: "hub", host: "docker.io", insecure: false, caFile: undefined };
const ANNA = { key: "anna", credential: undefined };

describe("limits of an upstream", () => {
  test("hold for who met them, for as long as the upstream said", () => {
    let now = 100;
    const rates = rateMemory(() => now);
    rates.note(HUB, ANNA, { status: 429, headers: { "retry-after": "30" } });
    expect([rates.wait(HUB, ANNA), rates.wait(HUB, NOBODY)]).toEqual([30, 0]);
    now = 131;
    expect(rates.wait(HUB, ANNA)).toBe(0);
  });

  test.each([
    [{}, 10],
    [{ "retry-after": "0" }, 1],
    [{ "retry-after": "nonsense" }, 10],
    [{ "retry-after": "999999999" }, 21600],
    [{ "ratelimit-reset": "45" }, 45],
  ])("%j is a pause of %i seconds", (headers, seconds) => {
    const rates = rateMemory(() => 0);
    rates.note(HUB, NOBODY, { status: 429, headers });
    expect(rates.wait(HUB, NOBODY)).toBe(seconds);
  });

  test("are shown as the upstream last told them of the gateway itself", () => {
    const rates = rateMemory(() => 7);
    const headers = { "ratelimit-limit": "100;w=21600", "ratelimit-remaining": "76;w=21600" };
    rates.note(HUB, NOBODY, { status: 200, headers });
    rates.note(HUB, ANNA, { status: 200, headers: { "ratelimit-remaining": "3" } });
    rates.note(HUB, NOBODY, { status: 200, headers: {} });
    expect(rates.rates()).toEqual([{ upstream: "hub", limit: 100, remaining: 76, window: 21600, at: 7, refusals: 0 }]);
  });
});
