import { describe, expect, test } from "vitest";
import type { EngineContainer } from "../engine/types.ts";
import { type DesiredStack, LABELS, type StackPlan } from "../types.ts";
import { configDigests } from "./config-digest.ts";
import { dependenciesOf, withSharers } from "./order.ts";
import { planRestart } from "./partial-plan.ts";
import { planStack } from "./stack-plan.ts";
import { container, desired, service, stack } from "./testing.ts";

const SPEC = stack([
  service("app"),
  service("side", { networkMode: "service:app", dependsOn: [dependency("app")] }),
  service("once", { networkMode: "service:app", kind: "job" }),
]);

function dependency(name: string) {
  return { service: name, condition: "started", required: true, restart: false } as const;
}

function there(wanted: DesiredStack, name: string, said: Partial<EngineContainer>): EngineContainer {
  const labels = {
    [LABELS.service]: name,
    [LABELS.slot]: "1",
    [LABELS.config]: configDigests(wanted).get(name) ?? "",
  };
  return container({ id: name, name, labels, ...said });
}

function planned(wanted: DesiredStack, ...containers: readonly EngineContainer[]): StackPlan {
  const job = there(wanted, "once", { status: "exited", exitCode: 0, joins: "app" });
  const observed = { name: "rover", containers: [...containers, job], networks: ["rover_default"], volumes: [] };
  return planStack(wanted, observed);
}

function words({ waves }: StackPlan, name: string): readonly string[] {
  return waves.flat().flatMap((step) => (step.service === name ? [step.action] : []));
}

describe("a service in the network of another", () => {
  const wanted = desired(SPEC);

  test("is restarted with it, although the recipe's own dependency does not say so", () => {
    expect(dependenciesOf(SPEC, SPEC.services[1] ?? service("x"))).toMatchObject([{ service: "app", restart: true }]);
    const all = [there(wanted, "app", {}), there(wanted, "side", { joins: "app" })];
    const plan = planRestart(wanted, { name: "rover", containers: all, networks: [], volumes: [] }, ["app"], 10);
    expect(words(plan, "side")).toEqual(["stop", "start", "wait-healthy"]);
  });

  test("is started again when that one is started, or was without it", () => {
    const side = there(wanted, "side", { joins: "app", startedAt: 1 });
    const started = planned(wanted, there(wanted, "app", { status: "exited" }), side);
    expect(words(started, "side")).toEqual(["stop", "start", "wait-healthy"]);
    const later = planned(wanted, there(wanted, "app", { startedAt: 2 }), side);
    expect(words(later, "side")).toEqual(["stop", "start", "wait-healthy"]);
    expect(words(planned(wanted, there(wanted, "app", {}), side), "side")).toEqual(["keep"]);
    expect(withSharers(SPEC, ["app"])).toEqual(["app", "side"]);
  });

  test("is made anew when that one is another container", () => {
    const side = there(wanted, "side", { joins: "gone" });
    const plan = planned(wanted, there(wanted, "app", {}), side);
    expect(words(plan, "side")).toEqual(["stop", "remove", "create", "start", "wait-healthy"]);
  });

  test("is made after it, and rests, while that one sleeps", () => {
    const asleep = desired(SPEC, { scale: new Map([["app", 0]]) });
    const plan = planned(asleep);
    expect(plan.waves.flat().map(({ action, service: name }) => `${action} ${name ?? ""}`)).toEqual([
      "create app",
      "create side",
    ]);
    expect(plan.waves).toHaveLength(2);
  });
});
