// States at a glance, differences and happenings, as tables.

import { describe, expect, test } from "vitest";
import { container, service, stack } from "../driver/testing.ts";
import type { EngineContainer } from "../engine/types.ts";
import { LABELS } from "../types.ts";
import { happeningOf } from "./crash-watch.ts";
import { diffStacks } from "./diff.ts";
import { type ServiceWill, serviceState, stackState, type UnderWay } from "./state.ts";
import type { ServiceSummary } from "./summary.ts";

const WEB: ServiceSummary = {
  ...{
    name: "web",
    kind: "service",
    image: "a:1",
    digest: "sha256:1",
    config: "new",
    replicas: 2,
    ports: [],
    routes: [],
  },
};
const made = (config: string, said: Partial<EngineContainer> = {}) =>
  container({ labels: { [LABELS.config]: config }, ...said });
const well = made("new");
const ended = made("new", { status: "exited", exitCode: 3 });
const starting = made("new", { health: "starting" });
const sleeping: ServiceWill = { replicas: undefined, halted: "asleep", reason: "nobody used it" };
const upgrade: UnderWay = { kind: "upgrade", service: undefined, phase: "applying", again: true };

describe("a service", () => {
  test.each<
    [string, readonly EngineContainer[], ServiceWill | undefined, UnderWay | undefined, Partial<ServiceSummary>]
  >([
    ["running", [well, well], undefined, undefined, {}],
    ["degraded", [well, ended], undefined, undefined, {}],
    ["failed", [ended, ended], undefined, undefined, {}],
    ["failed", [], undefined, undefined, {}],
    ["starting", [well, starting], undefined, undefined, {}],
    ["running", [well], { replicas: 1, halted: undefined, reason: undefined }, undefined, {}],
    ["asleep", [ended, ended], sleeping, undefined, {}],
    ["stopped", [ended], { ...sleeping, halted: "stopped" }, undefined, {}],
    ["paused", [made("new", { status: "paused" })], { ...sleeping, halted: "paused" }, undefined, {}],
    ["waking", [ended], undefined, { ...upgrade, kind: "wake", service: "web" }, {}],
    ["running", [well, well], undefined, { ...upgrade, kind: "wake", service: "db" }, {}],
    ["upgrading", [made("old"), well, well], undefined, upgrade, {}],
    ["running", [made("old", { status: "exited" }), well, well], undefined, upgrade, {}],
    ["starting", [starting], undefined, { ...upgrade, kind: "up", again: false }, {}],
    ["completed", [made("new", { status: "exited", exitCode: 0 })], undefined, undefined, { kind: "job", replicas: 1 }],
    ["failed", [ended], undefined, undefined, { kind: "job", replicas: 1 }],
    ["running", [well], undefined, undefined, { kind: "job", replicas: 1 }],
  ])("is %s", (state, containers, will, doing, said) => {
    expect(serviceState({ ...WEB, ...said }, will, containers, doing).state).toBe(state);
  });
});

describe("a stack", () => {
  const calm = { unconfirmed: false, failure: undefined };
  const of = (...states: Parameters<typeof stackState>[0][number]["state"][]) =>
    states.map((state) => ({ state, reason: undefined }));
  test.each([
    ["running", of("running", "completed"), calm, undefined],
    ["degraded", of("running", "failed"), calm, undefined],
    ["failed", of("failed", "failed"), calm, undefined],
    ["failed", of("running", "failed"), { ...calm, failure: "why" }, undefined],
    ["running", of("running"), { ...calm, failure: "taken back" }, undefined],
    ["stopped", of("stopped", "completed"), calm, undefined],
    ["asleep", of("asleep", "stopped"), calm, undefined],
    ["upgraded", of("running"), { ...calm, unconfirmed: true }, undefined],
    ["upgrading", of("running"), calm, upgrade],
    ["deploying", of("starting"), calm, { ...upgrade, again: false }],
    ["rolling-back", of("running"), calm, { ...upgrade, phase: "rolling back" }],
    ["removing", of("running"), calm, { ...upgrade, kind: "down" as const }],
  ])("is %s", (state, services, records, doing) => {
    expect(stackState(services, records, doing).state).toBe(state);
  });
});

describe("a difference", () => {
  const before = stack([service("web"), service("db")]);
  test.each([
    ["same", stack([service("web"), service("db")])],
    ["adjusted", stack([service("web", { replicas: 2 }), service("db")])],
    ["replaced", stack([service("web", { environment: { A: "b" } }), service("db")])],
  ])("is %s", (change, after) => {
    const diff = diffStacks(before, after);
    expect(diff.services.find((one) => one.service === "web")?.change).toBe(change);
    expect(diff.same).toBe(change === "same");
  });

  test("names the fields, and services that come and go", () => {
    const diff = diffStacks(before, stack([service("web", { environment: { "A/B": "c" } }), service("kv")]));
    expect(diff.services.map((one) => [one.service, one.change])).toEqual([
      ["db", "removed"],
      ["kv", "added"],
      ["web", "replaced"],
    ]);
    expect(diff.services[2]?.fields).toEqual([{ pointer: "/environment/A~1B", before: undefined, after: "c" }]);
  });
});

test.each<[string | undefined, EngineContainer, EngineContainer]>([
  ["c1 ended with exit code 3", well, ended],
  ["c1 ended because it needed more memory than it may have", well, made("new", { status: "exited", oomKilled: true })],
  ["c1 ended and was started again", well, made("new", { restarts: 1 })],
  ["the check of c1 fails", well, made("new", { health: "unhealthy" })],
  ["c1 works again", made("new", { health: "unhealthy" }), made("new", { health: "healthy" })],
  [undefined, starting, made("new", { health: "healthy" })],
  [undefined, ended, well],
  [
    undefined,
    made("new", { labels: { [LABELS.kind]: "job" } }),
    made("new", { labels: { [LABELS.kind]: "job" }, status: "exited", exitCode: 0 }),
  ],
])("people are told: %s", (message, before, now) => {
  expect(happeningOf(before, now)?.message).toBe(message);
});
