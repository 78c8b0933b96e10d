// A service of a recipe as a container: each part of the spec, one by one.

import { describe, expect, test } from "vitest";
import type { ServiceSpec, StackSpec } from "../../recipe/stack/types.ts";
import type { ContainerPlan } from "../engine/types.ts";
import { type Circumstances, containerPlan } from "./container-plan.ts";
import { desired, service, stack } from "./testing.ts";

const GIVEN: Circumstances = { site: "here", config: "0123456789abcdef", slot: 2, files: [], byPort: false };

function planned(
  said: Partial<ServiceSpec>,
  more: Partial<StackSpec> = {},
  given: Partial<Circumstances> = {},
): ContainerPlan {
  const web = service("web", said);
  return containerPlan(desired(stack([web], more)), web, { ...GIVEN, ...given });
}

const HEALTH = { intervalMs: 1, timeoutMs: 2, startPeriodMs: 3, retries: 4 };

describe("a container of a service", () => {
  test.each<[string, Partial<ServiceSpec>, Partial<ContainerPlan>]>([
    ["is named by stack, service, slot and configuration", {}, { name: "rover-web-2-01234567" }],
    ["runs what the tag was resolved to", { image: "nginx:1" }, { image: "nginx:1" }],
    ["has its command", { entrypoint: ["a"], command: ["b"] }, { entrypoint: ["a"], command: ["b"] }],
    ["has its environment", { environment: { A: "b", C: "" } }, { env: ["A=b", "C="] }],
    ["has root by its number, whatever the image calls so", { user: "root:root" }, { user: "0:0" }],
    ["has its user", { user: "1000:5", groups: ["6"] }, { user: "1000:5", groups: ["6"] }],
    [
      "comes back after crashes, but not when it was stopped",
      { restart: { when: "always" } },
      { restart: { when: "unless-stopped" } },
    ],
    ["of a job never comes back", { kind: "job", restart: { when: "always" } }, { restart: { when: "no" } }],
    [
      "publishes its ports",
      { ports: [{ container: 80, host: 60_007, protocol: "tcp" }] },
      { ports: [{ container: 80, host: 60_007, protocol: "tcp", address: "0.0.0.0" }] },
    ],
    ["is in the stack's network under its name", {}, { networks: [{ name: "rover_default", aliases: ["web"] }] }],
    [
      "is in the networks that it names",
      { networks: [{ name: "back", aliases: ["db"], ipv4: "10.0.0.2" }] },
      { networks: [{ name: "rover_back", aliases: ["web", "db"], ipv4: "10.0.0.2" }] },
    ],
    ["shares the host's network", { networkMode: "host" }, { networkMode: "host", networks: [] }],
    [
      "has memory file systems",
      { mounts: [{ kind: "tmpfs", target: "/t", bytes: 10, mode: 0o1777 }] },
      { tmpfs: { "/t": "size=10,mode=1777" } },
    ],
    [
      "has the stack's volumes",
      { mounts: [{ kind: "volume", volume: "data", target: "/d", readOnly: true, noCopy: false }] },
      { mounts: [{ kind: "volume", volume: "rover_data", target: "/d", readOnly: true, noCopy: false }] },
    ],
    [
      "has binds",
      { mounts: [{ kind: "bind", source: "/g", target: "/d", readOnly: false, create: false }] },
      { mounts: [{ kind: "bind", source: "/g", target: "/d", readOnly: false }] },
    ],
    [
      "has its limits",
      { limits: { memoryBytes: 5, ulimits: {}, sysctls: { a: "1" } } },
      { memoryBytes: 5, sysctls: { a: "1" } },
    ],
    ["has its check", { health: { ...HEALTH, test: ["CMD", "x"] } }, { health: { ...HEALTH, test: ["CMD", "x"] } }],
    [
      "has no check when the recipe says so",
      { health: { ...HEALTH, test: [] } },
      { health: { ...HEALTH, test: ["NONE"] } },
    ],
    [
      "keeps logs where it says",
      { logging: { options: { "max-size": "1m" } } },
      { logging: { driver: "json-file", options: { "max-size": "1m" } } },
    ],
  ])("%s", (_, said, expected) => {
    expect(planned(said)).toMatchObject(expected);
  });

  test("has labels that no recipe can forge", () => {
    const { labels } = planned({ labels: { "berth.site": "other", "berth.x": "y", team: "a" } });
    expect(labels).toMatchObject({ team: "a", "berth.site": "here", "berth.stack": "rover", "berth.service": "web" });
    expect(labels).toMatchObject({ "berth.slot": "2", "berth.config": GIVEN.config, "berth.deployment": "d1" });
    expect(labels).not.toHaveProperty("berth.x");
  });

  test("is asked by berth when its check is a request", () => {
    const health = { ...HEALTH, http: { port: 80, path: "/up" } };
    const plan = planned({ health });
    expect(plan.health).toBeUndefined();
    expect(JSON.parse(plan.labels["berth.health"] ?? "")).toEqual(health);
  });

  test("publishes what berth must reach for this machine only, where there is no way to its address", () => {
    const route = {
      host: "h",
      path: "/",
      port: 8080,
      protocol: "http",
      tls: "both",
      stripPath: false,
      auth: "none",
    } as const;
    const { ports } = planned({ routes: [route] }, {}, { byPort: true });
    expect(ports).toEqual([{ container: 8080, protocol: "tcp", host: 0, address: "127.0.0.1" }]);
    expect(planned({ routes: [route] }).ports).toEqual([]);
  });

  test("uses volumes and networks that are not the stack's by their own names", () => {
    const volumes = [{ name: "data", external: "shared", options: {}, labels: {} }];
    const networks = [
      { name: "default", external: "site", options: {}, internal: false, ipv6: false, subnets: [], labels: {} },
    ];
    const mounts = [{ kind: "volume", volume: "data", target: "/d", readOnly: false, noCopy: false }] as const;
    expect(planned({ mounts }, { volumes, networks })).toMatchObject({
      mounts: [{ volume: "shared" }],
      networks: [{ name: "site" }],
    });
  });
});
