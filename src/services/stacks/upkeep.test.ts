import { expect, test } from "vitest";
import { configDigests } from "../driver/config-digest.ts";
import { container, desired, service, stack } from "../driver/testing.ts";
import type { EngineContainer } from "../engine/types.ts";
import { LABELS } from "../types.ts";
import type { ServiceWill } from "./state.ts";
import { fallen, strayed } from "./upkeep.ts";

const WANTED = desired(
  stack([
    service("always", { restart: { when: "always" } }),
    service("failing", { restart: { when: "on-failure" } }),
    service("thrice", { restart: { when: "on-failure", attempts: 3 } }),
    service("never", { restart: { when: "no" } }),
    service("job", { kind: "job", restart: { when: "on-failure" } }),
  ]),
);

function of(name: string, said: Partial<EngineContainer>, slot = 1): EngineContainer {
  const config = configDigests(WANTED).get(name) ?? "";
  const labels = { [LABELS.service]: name, [LABELS.slot]: String(slot), [LABELS.config]: config };
  return container({ id: `${name}-${slot}`, labels, ...said });
}

function halted(word: ServiceWill["halted"]): ReadonlyMap<string, ServiceWill> {
  return new Map([["always", { halted: word, replicas: undefined, reason: undefined }]]);
}

const DOWN = { status: "exited", exitCode: 137 } as const;

test("what the engine was to keep up and is down has fallen", () => {
  const all = ["always", "failing", "thrice", "never", "job"].map((name) => of(name, DOWN));
  const others = [
    of("always", DOWN, 2),
    { ...of("always", DOWN), labels: { ...of("always", DOWN).labels, [LABELS.config]: "older" } },
    of("failing", { status: "exited", exitCode: 0 }),
    of("always", { status: "running" }),
  ];
  expect(fallen([...all, ...others], WANTED, new Map()).map(({ id }) => id)).toEqual(["always-1", "failing-1"]);
  expect(fallen(all, WANTED, halted("asleep")).map(({ id }) => id)).toEqual(["failing-1"]);
});

test("what runs although it was put to rest has strayed", () => {
  const running = [of("always", { status: "running" }), of("failing", { status: "running" })];
  expect(strayed(running, new Map())).toEqual([]);
  for (const word of ["asleep", "stopped", "paused"] as const)
    expect(strayed(running, halted(word)).map(({ id }) => id)).toEqual(["always-1"]);
  expect(strayed([of("always", { status: "paused" })], halted("paused"))).toEqual([]);
});
