import { expect, test } from "vitest";
import { performStep } from "./perform-step.ts";
import { planStack } from "./stack-plan.ts";
import { container, desired, service, stack } from "./testing.ts";
import type { Work } from "./work.ts";

test("nobody holds a stack for years by the time that a container is given to end", async () => {
  const wanted = desired(stack([service("web", { stopGraceMs: 10 * 365 * 86_400_000 })]));
  const given: number[] = [];
  const engine = { container: async () => container(), stop: async (_: string, ms: number) => void given.push(ms) };
  const work = { parts: { engine }, look: async () => undefined, made: new Map(), desired: wanted };
  const step = { action: "stop", service: "web", target: "c1", container: "c1", why: "" } as const;
  await performStep(work as unknown as Work, step);
  expect(given).toEqual([3_600_000]);
  const { warnings } = planStack(wanted, { name: "rover", containers: [], networks: [], volumes: [] });
  expect(warnings).toEqual([expect.stringContaining("one hour")]);
});
