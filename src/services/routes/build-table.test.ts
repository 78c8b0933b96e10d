import { describe, expect, test } from "vitest";
import type { IdleSpec, RouteSpec } from "../../recipe/stack/types.ts";
import type { ServiceState } from "../types.ts";
import { buildRoutes, type RoutedContainer, type RoutedService, type TableRules } from "./build-table.ts";
import { TableLog } from "./table-log.ts";

const spec = (change: Partial<RouteSpec> = {}): RouteSpec => ({
  ...({ host: "rover.example.org", path: "/", port: 8080, protocol: "http", tls: "redirect" } as const),
  ...({ stripPath: false, auth: "none", ...change } as const),
});
const idle: IdleSpec = {
  ...({ afterMs: 1, action: "stop", signals: ["requests"], keepWarm: [], wake: true, wakeWith: "auto" } as const),
  ...({ holdMs: 30_000, ignorePaths: ["/health"], ignoreAgents: [], unknownMeans: "idle" } as const),
};
const container = (id: string, change: Partial<RoutedContainer> = {}): RoutedContainer => ({
  ...{ id, status: "running", health: "none", ports: [], addresses: { net: `10.0.0.${id.length}` } },
  ...change,
});
const rules: TableRules = {
  draining: new Set(),
  reach: ({ addresses }, port) => (addresses["net"] ? { host: addresses["net"], port } : undefined),
  signIn: "https://berth.example.org/sign-on",
  timeoutMs: 60_000,
};
const build = (service: Partial<RoutedService>, change: Partial<TableRules> = {}) => {
  const web = { name: "web", routes: [spec()], state: "running", containers: [], ...service } as const;
  const [route] = buildRoutes([{ name: "rover", createdAt: 1, services: [web] }], { ...rules, ...change }).routes;
  if (!route) throw new Error("no route");
  return route;
};

describe("a route", () => {
  test("has the containers that run and are well as backends", () => {
    const containers = [
      container("ccc"),
      container("a"),
      container("x", { status: "exited" }),
      container("y", { health: "starting" }),
      container("z", { health: "unhealthy" }),
      container("q", { addresses: {} }),
    ];
    expect(build({ containers })).toMatchObject({
      id: "rover/web/0",
      state: "ready",
      backends: [
        { id: "a", host: "10.0.0.1", port: 8080, draining: false },
        { id: "ccc", host: "10.0.0.3", port: 8080, draining: false },
      ],
    });
  });

  test("keeps a container that drains, well or not, for what is under way there", () => {
    const draining = new Set(["a"]);
    const both = [container("a", { health: "unhealthy" }), container("b")];
    expect(build({ containers: both }, { draining })).toMatchObject({
      state: "ready",
      backends: [
        { id: "a", draining: true },
        { id: "b", draining: false },
      ],
    });
    expect(build({ containers: both.slice(0, 1) }, { draining }).state).toBe("waking");
  });

  test.each<[ServiceState, IdleSpec | undefined, string]>([
    ["asleep", idle, "asleep"],
    ["paused", idle, "asleep"],
    ["asleep", { ...idle, wake: false }, "down"],
    ["waking", idle, "waking"],
    ["starting", undefined, "waking"],
    ["upgrading", undefined, "waking"],
    ["stopped", idle, "down"],
    ["failed", undefined, "down"],
    ["completed", undefined, "down"],
  ])(
    "of a service that is %s, without containers, with these idle rules, is %#: %3$s",
    (state, rulesOfIdle, expected) => {
      const paused = state === "paused" ? [container("a", { status: "paused" })] : [];
      expect(build({ state, idle: rulesOfIdle, containers: paused }).state).toBe(expected);
    },
  );

  test("tells strangers no reason of the owner's", () => {
    expect(build({ state: "failed", reason: "password of db wrong" }).reason).not.toMatch(/password/);
    expect(build({ containers: [container("a", { health: "unhealthy" })] })).toMatchObject({ state: "down" });
  });

  test("wants the sign-in that its recipe asks for, and is shut where there is none", () => {
    const routes = [spec({ auth: "group" })];
    expect(build({ routes }).auth).toEqual({ signIn: rules.signIn, audience: "group:rover" });
    expect(build({ routes, containers: [container("a")] }, { signIn: undefined })).toMatchObject({ state: "down" });
  });

  test("for an address that an older stack has is left out, and said", () => {
    const services = [{ name: "web", routes: [spec()], state: "running", containers: [] }] as const;
    const stacks = [
      { name: "young", createdAt: 2, services },
      { name: "old", createdAt: 1, services },
    ];
    const { routes, conflicts } = buildRoutes(stacks, rules);
    expect(routes.map(({ id }) => id)).toEqual(["old/web/0"]);
    expect(conflicts).toEqual([{ address: "rover.example.org/", winner: "old/web/0", loser: "young/web/0" }]);
  });
});

describe("what proxies are sent", () => {
  const content = (routes: readonly ReturnType<typeof build>[]) => ({ routes, certificates: [], challenges: {} });

  test("is what differs, and nothing when nothing does", () => {
    const log = new TableLog(100);
    const [one, two] = [build({}), { ...build({}), id: "rover/web/1" }];
    expect(JSON.parse(log.publish(content([one, two])) ?? "")).toMatchObject({ from: 100, version: 101 });
    expect(log.publish(content([one, two]))).toBeUndefined();
    const change = JSON.parse(log.publish(content([{ ...one, title: "New" }])) ?? "");
    expect(change).toMatchObject({
      kind: "change",
      from: 101,
      version: 102,
      routes: [{ title: "New" }],
      gone: ["rover/web/1"],
    });
    expect(change).not.toHaveProperty("rest");
    expect(JSON.parse(log.whole()).table).toMatchObject({ version: 102, routes: [{ title: "New" }] });
  });

  test("of ten thousand routes after one changed is told as that one", () => {
    const log = new TableLog(0);
    const routes = Array.from({ length: 10_000 }, (_, index) => ({ ...build({}), id: `s${index}/web/0` }));
    log.publish(content(routes));
    const line = log.publish(content(routes.with(77, build({ containers: [container("a")] }))));
    expect(line?.length).toBeLessThan(2_000);
  });
});
