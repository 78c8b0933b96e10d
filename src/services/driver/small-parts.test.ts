// The small decisions of the driver, as tables.

import { describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../recipe/stack/types.ts";
import type { EngineContainer, EngineImage } from "../engine/types.ts";
import { configDigests } from "./config-digest.ts";
import { verdictOf } from "./health-verdict.ts";
import { logLines } from "./log-lines.ts";
import { inOrder, withDependencies } from "./order.ts";
import { planRestart } from "./partial-plan.ts";
import { reachOf } from "./reach.ts";
import { isNamed, needsPull, resolved } from "./resolve-image.ts";
import { whyNotSideBySide } from "./service-plan.ts";
import { planStack } from "./stack-plan.ts";
import { container, desired, ModelEngine, service, stack, UPDATE } from "./testing.ts";

const on = (name: string, restart = false) =>
  ({ service: name, condition: "started", required: true, restart }) as const;

describe("a configuration's digest", () => {
  const of = (said: Partial<ServiceSpec>, more: Parameters<typeof desired>[1] = {}) =>
    configDigests(desired(stack([service("web", said)]), more)).get("web");

  test.each<[string, Partial<ServiceSpec>]>([
    ["how many there are", { replicas: 5 }],
    ["how they are replaced", { update: { ...UPDATE, batch: 3 } }],
    ["whom they wait for", { dependsOn: [on("db")] }],
    ["what is said as nothing", { readOnly: false, user: undefined }],
  ])("does not change with %s", (_, said) => {
    expect(of(said)).toBe(of({}));
  });

  test.each<[string, Partial<ServiceSpec>]>([
    ["the environment", { environment: { A: "b" } }],
    ["the kind", { kind: "job" }],
    ["a limit", { limits: { memoryBytes: 1, ulimits: {}, sysctls: {} } }],
    ["a switch", { readOnly: true }],
  ])("changes with %s", (_, said) => {
    expect(of(said)).not.toBe(of({}));
  });

  test("changes with the image's digest and not with its name", () => {
    const image = (reference: string, digest: string) => ({
      images: new Map([["web", { reference, digest, local: digest }]]),
    });
    expect(of({ image: "a:2" }, image("a:2", "sha256:1"))).toBe(of({ image: "a:1" }, image("a:1", "sha256:1")));
    expect(of({}, image("a:1", "sha256:2"))).not.toBe(of({}, image("a:1", "sha256:1")));
  });

  test("changes with the text of a config, and with the service whose network is shared", () => {
    const text = (content: string, environment: Record<string, string>) => {
      const web = service("web", { configs: [{ name: "c", target: "/c" }], environment });
      const side = service("util", { networkMode: "service:web" });
      return configDigests(desired(stack([web, side], { configs: [{ name: "c", content }] })));
    };
    expect(text("a", {}).get("web")).not.toBe(text("b", {}).get("web"));
    expect(text("a", {}).get("util")).not.toBe(text("b", {}).get("util"));
  });
});

describe("the order of services", () => {
  const spec = stack([
    service("app", { dependsOn: [on("db"), on("kv")] }),
    service("db", { dependsOn: [on("kv")] }),
    service("kv"),
  ]);

  test("has everybody behind what he depends on", () => {
    expect(inOrder(spec).map(({ name }) => name)).toEqual(["kv", "db", "app"]);
    expect(withDependencies(spec, "db")).toEqual(["kv", "db"]);
  });

  test("refuses circles by their names", () => {
    const circle = stack([service("a", { dependsOn: [on("b")] }), service("b", { dependsOn: [on("a")] })]);
    expect(() => inOrder(circle)).toThrow("a -> b -> a");
  });

  test("is the other way round when they stop", () => {
    const engine = new ModelEngine();
    const up = desired(spec);
    for (const step of planStack(up, engine.observe()).waves.flat()) engine.perform(step, up);
    const down = desired(spec, { scale: new Map(["app", "db", "kv"].map((name) => [name, 0])) });
    const stops = planStack(down, engine.observe())
      .waves.flat()
      .filter(({ action }) => action === "stop");
    expect(stops.map((one) => one.service)).toEqual(["app", "db", "kv"]);
  });
});

test("those who ask for it are restarted with what they depend on, once", () => {
  const spec = stack([
    service("db"),
    service("app", { dependsOn: [on("db", true)] }),
    service("web", { dependsOn: [on("app")] }),
  ]);
  const engine = new ModelEngine();
  const up = desired(spec);
  for (const step of planStack(up, engine.observe()).waves.flat()) engine.perform(step, up);
  const waves = planRestart(up, engine.observe(), ["db"], 10).waves.flat();
  expect(waves.filter(({ action }) => action === "start").map((one) => one.service)).toEqual(["db", "app"]);
  expect(planRestart(up, engine.observe(), ["db"], 0.5).waves).toEqual([]);
});

test.each<[Partial<ServiceSpec>, boolean]>([
  [{}, true],
  [{ ports: [{ container: 80, host: 8080, protocol: "tcp" }] }, false],
  [{ retainAddress: true }, false],
  [{ networks: [{ name: "default", aliases: [], ipv4: "10.0.0.1" }] }, false],
  [{ networkMode: "host" }, false],
])("two containers of %j run side by side: %s", (said, expected) => {
  expect(whyNotSideBySide(service("web", said)) === undefined).toBe(expected);
});

test("batches have their interval between them, and nothing before the first", () => {
  const spec = (image: string) =>
    stack([service("web", { image, replicas: 3, update: { ...UPDATE, batch: 2, intervalMs: 5000 } })]);
  const engine = new ModelEngine();
  const first = desired(spec("a:1"));
  for (const step of planStack(first, engine.observe()).waves.flat()) engine.perform(step, first);
  const { waves } = planStack(desired(spec("a:2")), engine.observe());
  expect(waves.map((wave) => wave.map(({ action }) => action).join(" "))).toEqual([
    "create create",
    "start start",
    "wait-healthy wait-healthy",
    "stop stop",
    "wait",
    ...["create", "start", "wait-healthy", "stop", "remove remove remove"],
  ]);
});

describe("a verdict", () => {
  const health = { intervalMs: 1000, timeoutMs: 1000, startPeriodMs: 0, retries: 3 };
  const watched = { elapsedMs: 0, wellMs: 0, restartsBefore: 0 };
  test.each<[string, Partial<EngineContainer>, Partial<typeof watched>, number, string]>([
    ["waits for a check that has not been made", { health: "starting" }, {}, 0, "wait"],
    ["is good when the check is", { health: "healthy" }, {}, 0, "good"],
    ["waits as long as it is to be watched", { health: "healthy" }, { wellMs: 50 }, 100, "wait"],
    ["believes who has no check a little later", {}, { wellMs: 100 }, 0, "wait"],
    ["believes who has no check", {}, { wellMs: 500 }, 0, "good"],
    ["is bad for who ended", { status: "exited", exitCode: 3 }, {}, 0, "crashed"],
    ["is bad for who was started again and again", { restarts: 3 }, {}, 0, "crashed"],
    ["forgives falls of before", { restarts: 3 }, { restartsBefore: 3, wellMs: 600 }, 0, "good"],
    ["does not count what a check found before", { health: "unhealthy" }, { elapsedMs: 100 }, 0, "wait"],
    ["is bad when the check fails", { health: "unhealthy" }, { elapsedMs: 3000 }, 0, "unhealthy"],
    ["does not wait for ever", { health: "starting" }, { elapsedMs: 60_000 }, 0, "unhealthy"],
  ])("%s", (_, said, more, monitorMs, kind) => {
    expect(verdictOf({ ...watched, ...more, container: container(said) }, health, monitorMs).kind).toBe(kind);
  });
});

describe("an image", () => {
  const image = (said: Partial<EngineImage> = {}): EngineImage => ({
    ...{
      id: "sha256:c",
      tags: [],
      digests: [],
      bytes: 0,
      createdAt: 0,
      labels: {},
      exposed: [],
      user: "",
      entrypoint: [],
    },
    ...{ command: [], env: [], hasHealthCheck: false, os: "linux", architecture: "amd64", ...said },
  });

  test("is named by the digest of the registry that it was asked from", () => {
    const [one, two] = [`sha256:${"1".repeat(64)}`, `sha256:${"2".repeat(64)}`];
    const known = image({ digests: [`other.example/nginx@${one}`, `nginx@${two}`] });
    expect(resolved("docker.io/library/nginx:1.25", known)).toMatchObject({ digest: two, local: `nginx@${two}` });
    expect(resolved("made/here:1", image())).toMatchObject({ digest: "sha256:c", local: "sha256:c" });
  });

  test.each<[string, boolean, readonly string[], "missing" | "always" | "never", boolean]>([
    ["nginx", false, [], "missing", true],
    ["nginx", false, [], "never", false],
    ["nginx", true, ["nginx@sha256:1"], "missing", false],
    ["nginx", true, ["nginx@sha256:1"], "always", true],
    ["made-here", true, [], "always", false],
    ["registry.example/made-here", true, [], "always", true],
    ["nginx@sha256:1", true, ["nginx@sha256:1"], "always", false],
  ])("%s (there: %s, %j, %s) is pulled: %s", (reference, there, digests, pull, expected) => {
    expect(needsPull(reference, there ? image({ digests }) : undefined, pull)).toBe(expected);
  });
});

test.each<[string, boolean]>([
  ["nginx:1", true],
  ["docker.io/library/nginx:1", true],
  ["nginx", false],
  ["3fa9c0ffee12", false],
  ["made:1", true],
  [`registry.example.org/a/b@sha256:${"a".repeat(64)}`, true],
  [`registry.example.org/a/c@sha256:${"a".repeat(64)}`, false],
])("an image is found by its name, never by the digits of its id: %s", (reference, is) => {
  const tags = ["nginx:1", "localhost/made:1"];
  const digests = [`registry.example.org/a/b@sha256:${"a".repeat(64)}`];
  expect(isNamed(reference, { tags, digests })).toBe(is);
});

test("a container is reached at its address, or at a published port where there is no way to it", () => {
  const ports = [{ container: 80, protocol: "tcp", host: 4000, address: "0.0.0.0" }] as const;
  const one = container({ addresses: { rover_default: "10.0.0.2" }, ports });
  expect(reachOf(one, 80, false)).toEqual({ host: "10.0.0.2", port: 80 });
  expect(reachOf(one, 80, true)).toEqual({ host: "127.0.0.1", port: 4000 });
  expect(reachOf(one, 81, true)).toBeUndefined();
});

test("pieces of output are joined to lines, each stream for itself", async () => {
  async function* chunks() {
    yield { stream: "stdout", at: 1, stamp: "", text: "a\nb" } as const;
    yield { stream: "stderr", at: 2, stamp: "", text: "x" } as const;
    yield { stream: "stdout", at: 3, stamp: "", text: "c\r\n\n" } as const;
  }
  const lines: string[] = [];
  for await (const { stream, at, line } of logLines(container(), chunks())) lines.push(`${stream} ${at} ${line}`);
  expect(lines).toEqual(["stdout 1 a", "stdout 1 bc", "stdout 3 ", "stderr 2 x"]);
});
