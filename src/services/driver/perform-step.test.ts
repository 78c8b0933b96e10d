import { expect, test } from "vitest";
import type { Step } from "../types.ts";
import { performStep } from "./perform-step.ts";
import { container, desired, service, stack } from "./testing.ts";
import type { Work } from "./work.ts";

test("on the way back from an upgrade what stays takes requests again before its successor is drained", async () => {
  const told: string[] = [];
  const traffic = {
    restore: (id: string) => void told.push(`restore ${id}`),
    drain: async (ids: readonly { readonly container: string }[]) =>
      void told.push(...ids.map((one) => `drain ${one.container}`)),
  };
  const look = async () => container({ id: "old", startedAt: 1 });
  const work = { parts: { traffic }, look, made: new Map(), desired: desired(stack([service("web")])) };
  const step = (action: Step["action"], id: string): Step => ({
    ...{ action, service: "web", target: id, container: id, why: "" },
  });
  for (const one of [step("keep", "other"), step("wait-healthy", "old"), step("drain", "new")])
    await performStep(work as unknown as Work, one);
  expect(told).toEqual(["restore other", "restore old", "drain new"]);
});

test("of a job that failed it is known that it ended, before anybody hears of the failure", async () => {
  const told: string[] = [];
  const engine = { wait: async () => 4 };
  const look = async (id: string) => {
    told.push(id);
    throw new Error("the engine is busy");
  };
  const work = { parts: { engine }, look, made: new Map([["rover-util-1", "u1"]]) };
  const step = { action: "wait-completed", service: "util", target: "rover-util-1", why: "" } as const;
  await expect(performStep(work as unknown as Work, step)).rejects.toMatchObject({ code: "E_DRIVER_JOB" });
  expect(told).toEqual(["u1"]);
});
