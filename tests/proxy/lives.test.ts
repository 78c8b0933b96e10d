// Lives of proxies, servers and containers under load: upgrades, drained proxies, killed proxies, killed servers. Real
// processes, as the server starts them.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { Agent, request, type ServerResponse } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { ProxyBackend, ProxyRoute } from "../../src/proxy/types.ts";
import { endLeftProxies } from "../../src/services/routes/left-proxies.ts";
import { ProxyControl } from "../../src/services/routes/proxy-control.ts";
import { ProxyFleet } from "../../src/services/routes/proxy-fleet.ts";
import { proxyPlaces } from "../../src/services/routes/proxy-places.ts";
import { ProxyTraffic } from "../../src/services/routes/traffic.ts";
import { backend, openSite, route, until } from "./proxy-site.ts";

const MAIN = join(import.meta.dirname, "../../src/main.ts");
// Closed in the order of the last first: a fleet before its control, or its processes would stay.
const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** So many requests a second, over connections that are kept; one in four is a POST. */
function load(port: number, perSecond: number, agent = new Agent({ keepAlive: true, maxSockets: 32 })) {
  const failures: string[] = [];
  let [sent, answered] = [0, 0];
  const one = () => {
    const method = sent++ % 4 === 0 ? "POST" : "GET";
    const outgoing = request({ host: "127.0.0.1", port, method, agent }, (response) => {
      if (response.statusCode !== 200) failures.push(`${method} ${response.statusCode}`);
      response.resume().on("end", () => answered++);
    });
    outgoing.on("error", (error) => failures.push(`${method} ${error.message}`));
    outgoing.end(method === "POST" ? "x".repeat(1000) : undefined);
  };
  const timer = setInterval(one, 1000 / perSecond);
  return {
    failures,
    sent: () => sent,
    async stop() {
      clearInterval(timer);
      await until(() => answered + failures.length === sent).catch(() => failures.push("some were never answered"));
      agent.destroy();
    },
  };
}

// A server such as people write: it ends on its own when it is told to, with short keep-alive.
const slowly = (id: string) =>
  backend((request, response) => {
    request.resume().on("end", () => setTimeout(() => response.end(id), 20 + Math.random() * 60));
  }, id);

describe("under 200 requests a second no request is lost", () => {
  test("when every container is replaced, one after the other, again and again", async () => {
    const site = await openSite();
    open.push(site);
    let backends: ProxyBackend[] = [];
    const publish = () => {
      const { draining } = traffic;
      const now = backends.map((one) => ({ ...one, draining: draining.has(one.id) }));
      return site.control.publish({ routes: [route({ backends: now })], certificates: [], challenges: {} });
    };
    const traffic = new ProxyTraffic({ control: site.control, publish, withinMs: () => 5_000 });
    let old = await slowly("v0");
    backends = [old.spec];
    await until(() => site.control.proxies().length > 0);
    publish();
    await until(() => site.control.isQuiet(publish(), []));
    const running = load(site.port, 200);
    for (let version = 1; version <= 12; version++) {
      const next = await slowly(`v${version}`);
      backends = [...backends, next.spec];
      publish();
      await new Promise((resolve) => setTimeout(resolve, 100));
      await traffic.drain([{ container: old.spec.id }]);
      // As a container ends that gets SIGTERM and does not care for its connections.
      await old.close();
      backends = backends.filter(({ id }) => id !== old.spec.id);
      traffic.seen(new Set(backends.map(({ id }) => id)));
      publish();
      old = next;
    }
    await running.stop();
    await old.close();
    expect(running.sent()).toBeGreaterThan(150);
    expect(running.failures).toEqual([]);
  });

  test("when the only container stops before its successor starts: requests wait", async () => {
    const site = await openSite();
    open.push(site);
    const first = await slowly("v1");
    await site.publish([route({ backends: [first.spec] })]);
    const running = load(site.port, 200);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await site.publish([route({ backends: [{ ...first.spec, draining: true }] })]);
    await until(() => site.control.isQuiet(0, ["v1"]));
    await first.close();
    await site.publish([route({ state: "waking" })]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const second = await slowly("v2");
    open.push(second);
    await site.publish([route({ backends: [second.spec] })]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await running.stop();
    expect(running.failures).toEqual([]);
  });
});

describe("processes", () => {
  async function fleetSite(processes: number) {
    const dir = await mkdtemp(join(tmpdir(), "berth-fleet-"));
    open.push({ close: () => rm(dir, { recursive: true, force: true }) });
    const port = await freePort();
    const web = await slowly("v1");
    open.push(web);
    const socket = join(dir, "control.sock");
    const flags = ["--control", socket, "--http", `127.0.0.1:${port}`, "--share", String(1 / processes)];
    const log = join(dir, "access.log");
    const options = {
      program: [process.execPath, MAIN],
      flags: [...flags, "--access-log", log],
      processes,
      logFile: join(dir, "proxy.log"),
      drainMs: 3_000,
    };
    // What a server does: opens the socket, looks after the proxies, tells them the routes.
    const start = async (change: Partial<typeof options> = {}) => {
      const wakes: string[] = [];
      const control = new ProxyControl({ onWake: (id) => wakes.push(id), onUse: () => undefined });
      await control.open(socket);
      const fleet = new ProxyFleet(control, { ...options, ...change });
      const publish = () =>
        control.publish({ routes: [route({ backends: [web.spec] })], certificates: [], challenges: {} });
      return { control, fleet, publish, wakes };
    };
    return { dir, port, log, options, start, socket, web };
  }

  test("are started, started again when they are killed, and outlive their server", async () => {
    const site = await fleetSite(2);
    const first = await site.start();
    await until(() => first.fleet.whole, 20_000);
    first.publish();
    await until(() => first.control.isQuiet(first.publish(), []));
    const pids = first.control.proxies().map(({ pid }) => pid);
    const running = load(site.port, 100);
    await new Promise((resolve) => setTimeout(resolve, 300));
    // The server is gone, as when it is upgraded: nobody told the proxies anything.
    await first.fleet.close();
    await first.control.close();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const second = await site.start();
    open.push(second.control, { close: () => second.fleet.close(500) });
    await until(() => second.fleet.whole);
    expect(
      second.control
        .proxies()
        .map(({ pid }) => pid)
        .sort(),
    ).toEqual([...pids].sort());
    second.publish();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await running.stop();
    expect(running.failures).toEqual([]);
    // The log tells of every request, and has no query.
    await until(() => second.control.isQuiet(second.publish(), []));
    process.kill(pids[0] ?? 0, "SIGKILL");
    await until(() => !second.fleet.whole);
    const meanwhile = load(site.port, 50, new Agent());
    await until(() => second.fleet.whole, 20_000);
    await meanwhile.stop();
    expect(meanwhile.failures).toEqual([]);
    const lines = (await readFile(site.log, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.length).toBeGreaterThan(50);
    expect(lines[0]).toMatchObject({ status: 200, route: "rover/web/0", backend: "v1", host: "127.0.0.1" });
  }, 60_000);

  test("serve on when their server is killed, keep what waits for it, and are taken over by the next", async () => {
    const site = await fleetSite(2);
    const wake = { with: "hold", holdMs: 20_000, ignorePaths: [], ignoreAgents: [] } as const;
    const awake = route({ backends: [site.web.spec] });
    const asleep = route({ id: "rover/lazy/0", path: "/lazy", state: "asleep", wake });
    const { socket, options } = site;
    const doom = { socket, options, table: { routes: [awake, asleep], certificates: [], challenges: {} } };
    const script = join(import.meta.dirname, "doomed-server.ts");
    const server = spawn(process.execPath, [script, JSON.stringify(doom)], { stdio: ["ignore", "pipe", "inherit"] });
    const [said] = (await once(server.stdout, "data")) as [Buffer];
    const pids = (JSON.parse(said.toString()) as number[]).sort();
    const running = load(site.port, 100);
    await until(() => running.sent() > 20);
    server.kill("SIGKILL");
    await once(server, "exit");
    const waiting = fetch(`http://127.0.0.1:${site.port}/lazy`).then((response) => response.status);
    const before = running.sent();
    await until(() => running.sent() > before + 50);
    // The socket of the dead one is still there, and in nobody's way.
    const next = await site.start();
    open.push(next.control, { close: () => next.fleet.close(500) });
    await until(() => next.fleet.whole);
    expect(
      next.control
        .proxies()
        .map(({ pid }) => pid)
        .sort(),
    ).toEqual(pids);
    const publish = (lazy: ProxyRoute) =>
      next.control.publish({ routes: [awake, lazy], certificates: [], challenges: {} });
    publish(asleep);
    await until(() => next.wakes.includes("rover/lazy/0"));
    publish({ ...asleep, state: "ready", backends: [site.web.spec] });
    expect(await waiting).toBe(200);
    await running.stop();
    expect(running.failures).toEqual([]);
  }, 60_000);

  test("end when the next server is to have none", async () => {
    const site = await fleetSite(1);
    const state = join(site.dir, "state");
    const { dir, socket, logFile } = proxyPlaces(state);
    await mkdir(dir, { recursive: true });
    const control = new ProxyControl({ onWake: () => undefined, onUse: () => undefined });
    await control.open(socket);
    const flags = ["--control", socket, "--http", `127.0.0.1:${site.port}`];
    const fleet = new ProxyFleet(control, { ...site.options, flags, logFile });
    await until(() => fleet.whole, 20_000);
    const pid = control.proxies()[0]?.pid ?? 0;
    await fleet.close();
    await control.close();
    await endLeftProxies(state, 500);
    await until(() => !isAlive(pid));
  }, 60_000);

  test("with other options take the place of those before them, and lose nothing", async () => {
    const site = await fleetSite(1);
    const first = await site.start();
    await until(() => first.fleet.whole, 20_000);
    first.publish();
    await until(() => first.control.isQuiet(first.publish(), []));
    const [before] = first.control.proxies();
    const running = load(site.port, 100);
    await first.fleet.close();
    await first.control.close();
    const second = await site.start({ flags: [...site.options.flags, "--stop-timeout", "1000"] });
    open.push(second.control, { close: () => second.fleet.close(500) });
    second.publish();
    await until(() => second.fleet.whole && second.control.proxies().length === 1, 20_000);
    expect(second.control.proxies()[0]?.pid).not.toBe(before?.pid);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await running.stop();
    expect(running.failures).toEqual([]);
  }, 60_000);

  test("end on SIGTERM when the requests under way are answered", async () => {
    const site = await fleetSite(1);
    const control = new ProxyControl({ onWake: () => undefined, onUse: () => undefined });
    const asked = Promise.withResolvers<ServerResponse>();
    const slow = await backend((_, response) => asked.resolve(response));
    open.push(slow, control);
    await control.open(join(site.dir, "control.sock"));
    const child = spawn(process.execPath, [MAIN, "proxy", ...site.options.flags], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await until(() => control.proxies().length === 1, 20_000);
    control.publish({ routes: [route({ backends: [slow.spec] })], certificates: [], challenges: {} });
    await until(() => control.isQuiet(1, []));
    const answer = fetch(`http://127.0.0.1:${site.port}/`).then((response) => response.text());
    const response = await asked.promise;
    child.kill("SIGTERM");
    setTimeout(() => response.end("late"), 700);
    expect(await answer).toBe("late");
    expect(await ended).toBe(0);
  }, 30_000);
});

test("a proxy ends when the folder of its server is gone, and goes on while only the server is", async () => {
  let ordered = 0;
  const site = await openSite({ settings: { forsakenMs: 200 }, onDrain: () => ordered++ });
  open.push(site);
  await until(() => site.control.proxies().length === 1);
  await site.control.close();
  await rm(join(site.dir, "control.sock"), { force: true });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(ordered).toBe(0);
  await rm(site.dir, { recursive: true });
  await until(() => ordered > 0);
});

test("three thousand open connections cost little, and all of them are answered", async () => {
  const site = await openSite();
  open.push(site);
  const web = await backend((_, response) => response.end("ok"));
  open.push(web);
  await site.publish([route({ backends: [web.spec] })]);
  const agent = new Agent({ keepAlive: true });
  const get = () =>
    new Promise<number>((resolve, reject) => {
      request({ host: "127.0.0.1", port: site.port, agent }, (response) => {
        response.resume().on("end", () => resolve(response.statusCode ?? 0));
      })
        .on("error", reject)
        .end();
    });
  const limit = Number(execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" })) || 1024;
  const count = Math.min(3_000, Math.floor(limit / 4));
  const statuses = await Promise.all(Array.from({ length: count }, get));
  expect(statuses.every((status) => status === 200)).toBe(true);
  agent.destroy();
}, 30_000);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
