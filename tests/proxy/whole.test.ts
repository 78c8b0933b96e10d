// Everything together, as the server does it: stacks and containers in, a served site out; a container that goes, a service
// that wakes, a restart of the server.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { RoutedService, RoutedStack } from "../../src/services/routes/build-table.ts";
import { openRoutes, type RoutesParts } from "../../src/services/routes/routes.ts";
import { findings } from "../../src/site/findings.ts";
import { resolveProxy } from "../../src/site/services/proxy.ts";
import { backend, until } from "./proxy-site.ts";
import { ask } from "./talk.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

test("a service is served, drained, woken, and served on while the server is away", async () => {
  const stateDir = await mkdtemp(join(tmpdir(), "berth-routes-"));
  open.push({ close: () => rm(stateDir, { recursive: true, force: true }) });
  const web = await backend((_, response) => response.end("hello"), "c1");
  open.push(web);
  let service = serviceOf("running", web.port);
  const stacks = (): readonly RoutedStack[] => [{ name: "rover", title: "Rover", createdAt: 1, services: [service] }];
  const heard: string[] = [];
  const config = resolveProxy(
    { http: "127.0.0.1:0", https: "127.0.0.1:0", processes: 1, endWithServer: false, stopTimeout: "1s" },
    { path: [], at: (path) => path, stateDir, found: findings() },
  );
  const parts: RoutesParts = {
    ...{ config, stateDir, program: [process.execPath, MAIN], stacks },
    reach: (_, port) => ({ host: "127.0.0.1", port }),
    listener: {
      onWake: (route) => heard.push(`wake ${route}`),
      onUse: (_, __, uses) => heard.push(...uses.map(({ route }) => `use ${route}`)),
      onTrouble: (why) => heard.push(why),
    },
    drainMs: () => 2_000,
    now: () => Date.now() / 1000,
  };
  const first = await openRoutes(parts);
  await until(() => first.proxies().length === 1, 20_000);
  const port = Number(first.proxies()[0]?.listening[0]?.split(":").at(-1));
  const get = () => ask(port, { headers: { Host: "rover.example.org" } });
  expect((await get()).status).toBe(503);
  first.changed();
  await until(() => first.table().length === 1);
  await eventually(async () => (await get()).status === 200);
  expect(first.certificates()).toMatchObject([{ host: "rover.example.org", from: "internal" }]);

  await first.traffic.drain([{ container: "c1" }]);
  service = serviceOf("asleep", undefined);
  first.changed();
  const held = get();
  await until(() => heard.includes("wake rover/web/0"));
  service = serviceOf("running", web.port);
  first.changed();
  expect((await held).body).toBe("hello");

  await first.close();
  expect((await get()).status).toBe(200);
  const second = await openRoutes({ ...parts, config: { ...config, endWithServer: true } });
  open.push(second);
  await until(() => second.proxies().length === 1);
  // Nothing was published yet: the table of the server before is served.
  expect((await get()).status).toBe(200);
  second.changed();
  await eventually(async () => (await get()).status === 200);
}, 60_000);

function serviceOf(state: RoutedService["state"], port: number | undefined): RoutedService {
  const status = port === undefined ? "exited" : "running";
  return {
    name: "web",
    state,
    routes: [
      {
        ...({ host: "rover.example.org", path: "/", port: port ?? 1, protocol: "http", tls: "both" } as const),
        ...({ stripPath: false, auth: "none" } as const),
      },
    ],
    idle: {
      ...({ afterMs: 1, action: "stop", signals: ["requests"], keepWarm: [], wake: true, wakeWith: "auto" } as const),
      ...({ holdMs: 20_000, ignorePaths: [], ignoreAgents: [], unknownMeans: "idle" } as const),
    },
    containers: [{ id: "c1", status, health: "none", addresses: {}, ports: [] }],
  };
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error("it never came true");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
