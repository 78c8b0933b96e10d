// Looks at many services: in slices, with services that come and go between them.

import { describe, expect, test } from "vitest";
import { KnownService, policyOf } from "./known-service.ts";
import { type SweepView, sweep } from "./sweep.ts";
import { HALF_AN_HOUR } from "./testing.ts";

const NOW = 1_800_000_000;

function manyServices(count: number): Map<string, KnownService> {
  const { policy } = policyOf({ ...HALF_AN_HOUR, signals: ["requests"] });
  const made = Array.from({ length: count }, (_, index) => new KnownService(`stack-${index}`, "web", policy));
  for (const service of made) {
    service.wakefulness = "awake";
    service.startedAt = NOW - 7200;
  }
  return new Map(made.map((service) => [service.stack, service]));
}

function viewOf(services: Map<string, KnownService>): SweepView {
  const rules = { reportInterval: 300, cpuInterval: 60, trafficInterval: 10, listeningSince: NOW - 9999 };
  const proxies = new Map([["p1", NOW]]);
  return { services: services.values(), proxies, rules, timeZone: "UTC", warmths: new Map() };
}

describe("a look at all services", () => {
  test("comes in slices that name each service once, with those of its own that are to sleep", () => {
    const services = manyServices(1201);
    services.get("stack-700")?.use(NOW - 10);
    const slices = [...sweep(viewOf(services), NOW)];
    expect(slices.map(({ looked }) => looked.length)).toEqual([500, 500, 201]);
    expect(slices.map(({ sleepy }) => sleepy.length)).toEqual([500, 499, 201]);
  });

  test("goes on when services come and go between slices", () => {
    const services = manyServices(600);
    const seen: string[] = [];
    for (const { looked } of sweep(viewOf(services), NOW)) {
      seen.push(...looked.map(({ stack }) => stack));
      services.delete("stack-550");
      for (const [name, late] of manyServices(601)) if (name === "stack-600") services.set(name, late);
    }
    expect(seen).toHaveLength(600);
    expect(seen).not.toContain("stack-550");
    expect(seen).toContain("stack-600");
  });
});
