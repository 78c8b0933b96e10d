// Routes that sleep: who wakes them, who waits how, what counts as use.

import { afterEach, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { ProxyWake, RouteUse } from "../../src/proxy/types.ts";
import { backend, openSite, type ProxySite, route, until } from "./proxy-site.ts";
import { ask } from "./talk.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function site(): Promise<ProxySite> {
  const made = await openSite({ settings: { reportMs: 200 } });
  open.push(made);
  return made;
}

async function hello() {
  const made = await backend((_, response) => response.end("hello"));
  open.push(made);
  return made;
}

const wake: ProxyWake = {
  with: "auto",
  holdMs: 5_000,
  ignorePaths: ["/health*"],
  ignoreAgents: ["*bot*", "Uptime*"],
};
const asleep = (change: Partial<ProxyWake> = {}) => route({ state: "asleep", wake: { ...wake, ...change } });
const BROWSER = { Accept: "text/html,application/xhtml+xml", "User-Agent": "Mozilla/5.0" };
const wakes = ({ told }: ProxySite) => told.filter(({ kind }) => kind === "wake").length;

describe("a sleeping route", () => {
  test("is woken once, and those who were held are answered when it is there", async () => {
    const here = await site();
    await here.publish([asleep()]);
    const replies = Promise.all([
      ...Array.from({ length: 20 }, () => ask(here.port)),
      ask(here.port, { method: "POST", body: "x".repeat(100_000) }),
    ]);
    await until(() => wakes(here) > 0);
    await here.publish([route({ state: "waking", wake })]);
    const web = await hello();
    await here.publish([route({ backends: [web.spec], wake })]);
    expect((await replies).map(({ body }) => body)).toEqual(Array(21).fill("hello"));
    expect(wakes(here)).toBe(1);
  });

  test("shows people a page that comes again by itself, and needs nothing from elsewhere", async () => {
    const here = await site();
    await here.publish([asleep()]);
    const { status, headers, body } = await ask(here.port, { headers: BROWSER });
    expect([status, headers["retry-after"], headers["cache-control"]]).toEqual([503, "2", "no-store"]);
    expect(body).toMatch(/<meta http-equiv="refresh" content="2">/);
    expect(body).toMatch(/Rover is starting/);
    expect(body).toMatch(/lang="en"/);
    expect(body).not.toMatch(/src=|href=|<script|url\(/);
    await until(() => wakes(here) === 1);
  });

  test("waits for a container that runs and does not listen yet", async () => {
    const here = await site();
    await here.publish([asleep()]);
    const web = await backend((_, response) => response.end("hello"));
    const reply = ask(here.port, { method: "POST", body: "x" });
    await until(() => wakes(here) === 1);
    await web.close();
    await here.publish([route({ backends: [web.spec], wake })]);
    await new Promise((resolve) => setTimeout(resolve, 120));
    web.server.listen(web.port, "127.0.0.1");
    open.push(web);
    expect((await reply).body).toBe("hello");
  });

  test("tells programs to come again when it takes too long, or when nobody is to be held", async () => {
    const here = await site();
    await here.publish([asleep({ holdMs: 100 })]);
    expect(await ask(here.port)).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    await here.publish([asleep({ with: "retry" })]);
    expect(await ask(here.port, { headers: BROWSER })).toMatchObject({ status: 503 });
    await here.publish([asleep({ with: "page" })]);
    expect((await ask(here.port)).headers["content-type"]).toBe("application/problem+json");
    expect((await ask(here.port, { headers: BROWSER })).body).toContain("is starting");
  });

  test("is not woken by probes and crawlers, nor kept awake", async () => {
    const here = await site();
    await here.publish([asleep()]);
    for (const headers of [{ "User-Agent": "Googlebot/2.1" }, { "User-Agent": "uptime-kuma" }])
      expect((await ask(here.port, { headers })).status).toBe(503);
    expect((await ask(here.port, { path: "/healthz?x" })).status).toBe(503);
    expect(wakes(here)).toBe(0);
    const web = await hello();
    await here.publish([route({ backends: [web.spec], wake })]);
    expect((await ask(here.port, { path: "/healthz" })).status).toBe(200);
    await until(() => here.told.some(({ kind }) => kind === "use"));
    expect(usesOf(here).reduce((sum, { requests }) => sum + requests, 0)).toBe(0);
  });

  test("holds a websocket until it is there", async () => {
    const here = await site();
    await here.publish([asleep()]);
    const socket = new WebSocket(`ws://127.0.0.1:${here.port}/`);
    const opened = new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));
    await until(() => wakes(here) === 1);
    const web = await hello();
    const sockets = new WebSocketServer({ server: web.server });
    await here.publish([route({ backends: [web.spec], wake })]);
    await opened;
    socket.terminate();
    sockets.close();
  });
});

describe("use", () => {
  test("is told: requests, what is open, and when it was", async () => {
    const here = await site();
    const web = await backend((_, response) => void response.write("open"));
    open.push(web);
    await here.publish([route({ backends: [web.spec], wake })]);
    const began = Math.floor(Date.now() / 1000);
    const controller = new AbortController();
    const stream = fetch(`http://127.0.0.1:${here.port}/`, { signal: controller.signal });
    await stream;
    await until(() => usesOf(here).some((use) => use.open === 1));
    const use = usesOf(here).find(({ open }) => open === 1);
    expect(use).toMatchObject({ route: "rover/web/0", requests: 1 });
    expect(use?.lastUse).toBeGreaterThanOrEqual(began);
    controller.abort();
    await until(() => usesOf(here).at(-1)?.open !== 1);
  });

  test("is no longer what a quiet connection makes, when the rules say so", async () => {
    const here = await site();
    const web = await hello();
    const sockets = new WebSocketServer({ server: web.server });
    await here.publish([route({ backends: [web.spec], wake: { ...wake, quietConnectionMs: 200 } })]);
    const socket = new WebSocket(`ws://127.0.0.1:${here.port}/`);
    await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));
    await until(() => usesOf(here).at(-1)?.open === 1);
    await until(() => usesOf(here).at(-1)?.open === 0);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.terminate();
    sockets.close();
  });
});

function usesOf({ told }: ProxySite): readonly RouteUse[] {
  return told.flatMap((message) => (message.kind === "use" ? message.routes : []));
}
