// Whatever the stack was, wherever a plan was cut off: planning and carrying out again ends at what is wanted, nothing is
// doubled or lost, and on the way there is always somebody who answers.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RouteSpec, ServiceSpec } from "../../recipe/stack/types.ts";
import { LABELS } from "../types.ts";
import { configDigests } from "./config-digest.ts";
import { configOf, isUp, serviceOf, slotOf } from "./names.ts";
import { changesNothing, planStack } from "./stack-plan.ts";
import { desired, ModelEngine, service, stack, UPDATE } from "./testing.ts";

const ROUTE: RouteSpec = {
  ...{ host: "x.example", path: "/", port: 80, protocol: "http", tls: "both", stripPath: false, auth: "none" },
};

const NAMES = ["app", "db", "util", "web"] as const;

/** Services of which each may depend on those before it. */
const services = fc
  .tuple(...NAMES.map((name, index) => arbitraryService(name, NAMES.slice(0, index))))
  .map((all) => all.filter((one) => one !== undefined))
  .filter((all) => all.length > 0)
  .map((all) =>
    all.map((one) => ({ ...one, dependsOn: one.dependsOn.filter((d) => all.some((o) => o.name === d.service)) })),
  );

function arbitraryService(name: string, before: readonly string[]): fc.Arbitrary<ServiceSpec | undefined> {
  const condition = fc.constantFrom("started" as const, "healthy" as const);
  const dependencies = fc
    .subarray([...before])
    .chain((names) =>
      fc.tuple(
        ...names.map((one) =>
          condition.map((how) => ({ service: one, condition: how, required: true, restart: false })),
        ),
      ),
    );
  const said = fc.record({
    image: fc.constantFrom("test/a:1", "test/a:2", "test/a:3"),
    replicas: fc.integer({ min: 1, max: 3 }),
    kind: fc.constantFrom("service" as const, "service" as const, "service" as const, "job" as const),
    dependsOn: dependencies,
    update: fc.record({ batch: fc.integer({ min: 0, max: 2 }), startFirst: fc.boolean(), confirm: fc.boolean() }),
    routes: fc.constantFrom<readonly RouteSpec[]>([], [ROUTE]),
  });
  return fc.option(
    said.map((one) =>
      service(name, { ...one, replicas: one.kind === "job" ? 1 : one.replicas, update: { ...UPDATE, ...one.update } }),
    ),
    { nil: undefined, freq: 4 },
  );
}

/** A wish and after how many steps it is cut off. */
const turns = fc.array(
  fc.record({
    services,
    asleep: fc.subarray([...NAMES]),
    paused: fc.subarray([...NAMES]),
    cut: fc.integer({ min: 0, max: 30 }),
    crash: fc.integer({ min: 0, max: 9 }),
  }),
  { minLength: 1, maxLength: 4 },
);

type Turn = typeof turns extends fc.Arbitrary<(infer T)[]> ? T : never;

function wanted({ services: specs, asleep, paused }: Turn, deployment: string) {
  const halted = asleep.filter((name) => specs.some((one) => one.name === name && one.kind === "service"));
  const frozen = paused.filter(
    (name) => !halted.includes(name) && specs.some((one) => one.name === name && one.kind === "service"),
  );
  return desired(stack(specs), {
    deployment,
    scale: new Map(halted.map((name) => [name, 0])),
    paused: new Set(frozen),
  });
}

function carryOut(engine: ModelEngine, target: ReturnType<typeof wanted>, steps: number): void {
  for (const step of planStack(target, engine.observe()).waves.flat().slice(0, steps)) engine.perform(step, target);
}

describe("a plan", () => {
  test("ends at what is wanted, wherever the ones before were cut off", () => {
    fc.assert(
      fc.property(turns, (all) => {
        const engine = new ModelEngine();
        for (const [index, turn] of all.entries()) {
          carryOut(engine, wanted(turn, `d${index}`), turn.cut);
          // Somebody falls over now and then.
          engine.containers = engine.containers.map((one, at) =>
            at === turn.crash && isUp(one) ? { ...one, status: "exited", exitCode: 1 } : one,
          );
          expectNothingDoubled(engine);
        }
        const last = all.at(-1);
        if (!last) return;
        const target = wanted(last, `d${all.length - 1}`);
        carryOut(engine, target, Number.POSITIVE_INFINITY);
        expectReached(engine, target);
        expect(changesNothing(planStack(target, engine.observe()))).toBe(true);
      }),
      { numRuns: 400, seed: 6 },
    );
  });

  test("leaves nothing when nothing is wanted, and only what is ours is touched", () => {
    fc.assert(
      fc.property(turns, (all) => {
        const engine = new ModelEngine();
        for (const [index, turn] of all.entries()) carryOut(engine, wanted(turn, `d${index}`), turn.cut);
        for (const step of planStack(undefined, engine.observe()).waves.flat()) engine.perform(step, undefined);
        expect(engine.observe()).toEqual({ name: "rover", containers: [], networks: [], volumes: [] });
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  test("keeps as many at work during a start-first upgrade as there were before", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 6 }), (replicas, batch) => {
        const spec = (image: string) => stack([service("web", { image, replicas, update: { ...UPDATE, batch } })]);
        const engine = new ModelEngine();
        carryOut(engine, desired(spec("test/a:1")), Number.POSITIVE_INFINITY);
        const begun = engine.history.length;
        carryOut(engine, desired(spec("test/a:2"), { deployment: "d2" }), Number.POSITIVE_INFINITY);
        for (const { containers } of engine.history.slice(begun))
          expect(containers.filter(isUp).length).toBeGreaterThanOrEqual(replicas);
      }),
      { numRuns: 40, seed: 8 },
    );
  });

  test("starts nothing before what it depends on has started", () => {
    fc.assert(
      fc.property(services, (specs) => {
        const engine = new ModelEngine();
        carryOut(engine, desired(stack(specs)), Number.POSITIVE_INFINITY);
        for (const { step, containers } of engine.history) {
          const spec = specs.find(({ name }) => step.action === "start" && name === step.service);
          for (const one of spec?.dependsOn ?? []) {
            const there = containers.filter((other) => serviceOf(other) === one.service);
            expect(there.length).toBeGreaterThan(0);
            expect(there.every(({ status }) => status !== "created")).toBe(true);
          }
        }
      }),
      { numRuns: 100, seed: 9 },
    );
  });
});

function expectNothingDoubled(engine: ModelEngine): void {
  const keys = engine.containers.map((one) => `${serviceOf(one)} ${slotOf(one)} ${configOf(one)}`);
  expect(new Set(keys).size).toBe(keys.length);
}

function expectReached(engine: ModelEngine, target: ReturnType<typeof wanted>): void {
  expectNothingDoubled(engine);
  const configs = configDigests(target);
  for (const spec of target.spec.services) {
    const mine = engine.containers.filter((one) => serviceOf(one) === spec.name);
    const right = mine.filter((one) => configOf(one) === configs.get(spec.name));
    const old = mine.filter((one) => configOf(one) !== configs.get(spec.name));
    expect(old.filter(isUp)).toEqual([]);
    if (!spec.update.confirm) expect(old).toEqual([]);
    if (spec.kind === "job") expect(right).toMatchObject([{ status: "exited", exitCode: 0 }]);
    else
      expectRunning(
        right.map(({ status }) => status),
        spec.replicas,
        target.scale.has(spec.name),
        target.paused?.has(spec.name),
      );
  }
  const strangers = engine.containers.filter(
    (one) => !target.spec.services.some(({ name }) => name === one.labels[LABELS.service]),
  );
  expect(strangers.filter(isUp)).toEqual([]);
}

function expectRunning(states: readonly string[], replicas: number, asleep: boolean, paused = false): void {
  expect(states).toHaveLength(replicas);
  if (asleep) expect(states.filter((one) => one === "running" || one === "paused")).toEqual([]);
  else if (paused) expect(states.filter((one) => one === "running")).toEqual([]);
  else expect(states.every((one) => one === "running")).toBe(true);
}
