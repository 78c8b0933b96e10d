import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyPluginAsync } from "fastify";
import { afterEach, describe, expect, test } from "vitest";
import { defineErrors } from "../base/errors.ts";
import type { SiteServerConfig } from "../site/server-config.ts";
import { makeLogger } from "./logger.ts";
import { makeMetrics } from "./metrics.ts";
import { type Generation, type RunningServer, type ServerParts, startServer } from "./start-server.ts";

const fail = defineErrors({
  E_TEST_REFUSED: { text: "not for {who}", hint: "ask", http: 403 },
  E_TEST_BROKEN: { text: "the password is hunter2" },
});

const running: RunningServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

describe("a server", () => {
  test("answers that it lives and that it is ready", async () => {
    const { server } = await start();
    expect(await (await fetch(`${server.url}/healthz`)).text()).toBe("ok\n");
    const ready = await fetch(`${server.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { ready: true, stopping: false, checks: { database: "ok" } },
    ]);
  });

  test("is not ready while something it needs fails, and keeps the reason to its log", async () => {
    const { server, lines } = await start({
      checks: [{ name: "database", check: () => Promise.reject(Error("disk gone")) }],
    });
    const ready = await fetch(`${server.url}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.not.stringContaining("disk gone")]);
    expect(lines.join("")).toContain("disk gone");
  });

  test("writes one line for each request, by its route, without anything secret", async () => {
    const { server, lines } = await start();
    lines.length = 0;
    const headers = { authentication: "MUNGE:secret:", authorization: "Bearer berth_secret", cookie: "secret=1" };
    await fetch(`${server.url}/hello/world?token=secret`, { headers });
    await seen(lines, /hello/);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      method: "GET",
      route: "/hello/:name",
      status: 200,
      user: "alice",
    });
    expect(lines.join("")).not.toContain("secret");
  });

  test("hides what should never have been given to its log", async () => {
    const lines: string[] = [];
    const log = makeLogger("info", { write: (line) => void lines.push(line) });
    log.info({ password: "hunter2", headers: { authorization: "hunter2" }, a: { b: { token: "hunter2" } } }, "x");
    expect(lines.join("")).not.toContain("hunter2");
  });

  test("answers failures as documents, and keeps the words of its own to its log", async () => {
    const { server, lines } = await start();
    const refused = await fetch(`${server.url}/refused`);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect([refused.status, await refused.json()]).toEqual([
      403,
      {
        type: "about:blank",
        title: "Forbidden",
        status: 403,
        detail: "not for you",
        code: "E_TEST_REFUSED",
        hint: "ask",
      },
    ]);
    const broken = await fetch(`${server.url}/broken`);
    expect([broken.status, await broken.text()]).toEqual([500, expect.not.stringContaining("hunter2")]);
    await seen(lines, /hunter2/);
  });

  test.each([
    ["/nothing", 404],
    ["/hello/%zz", 400],
    ["/hello/a%00b", 200],
  ])("answers %s with %i", async (path, status) => {
    const { server } = await start();
    expect((await fetch(`${server.url}${path}`)).status).toBe(status);
  });

  test("refuses a path that cannot be decoded in the form that the path's clients know", async () => {
    const { server } = await start();
    const types = await Promise.all(
      ["/api/lookup/x/docker/%zz/", "/v2/%zz"].map(async (path) => {
        const { status, headers } = await fetch(`${server.url}${path}`);
        return [status, headers.get("content-type")];
      }),
    );
    expect(types).toEqual([
      [400, "application/json"],
      [400, "application/problem+json"],
    ]);
  });

  test("refuses a body of more than a megabyte", async () => {
    const { server } = await start();
    const body = JSON.stringify({ text: "x".repeat(2 ** 21) });
    const headers = { "content-type": "application/json" };
    expect((await fetch(`${server.url}/echo`, { method: "POST", body, headers })).status).toBe(413);
  });

  test("counts requests by route, and invented paths as one", async () => {
    const { server } = await start();
    for (const path of ["/hello/a", "/hello/b", "/x1", "/x2"]) await fetch(`${server.url}${path}`);
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(/berth_http_request_seconds_count\{method="GET",route="\/hello\/:name",status="200"\} 2/);
    expect(text).toMatch(/berth_http_request_seconds_count\{method="any",route="none",status="404"\} 2/);
    expect(text).toContain('berth_queue_pulls{state="pending"} 3');
    expect(text).toContain('berth_mirror_upstream_remaining{upstream="hub"} 93');
    expect(text).toContain("process_resident_memory_bytes");
  });

  test("that stops answers what was asked, and nobody new", async () => {
    const { server, parts } = await start();
    const slow = fetch(`${server.url}/slow`);
    await parts.asked;
    const stopped = server.stop();
    await expect(refusedAt(server.url)).resolves.toBe(true);
    parts.release();
    expect(await (await slow).text()).toBe("late but there");
    await stopped;
    expect(parts.events).toEqual(["adopted first", "work stopped", "closed first", "closed all"]);
  });

  test("that stops does not wait for ever", async () => {
    const { server } = await start({ stopMs: 50 });
    const never = fetch(`${server.url}/never`).catch(() => "cut off");
    await new Promise((resolve) => setTimeout(resolve, 50));
    await server.stop();
    expect(await never).toBe("cut off");
  });

  test("goes on with a new configuration, and answers what was asked of the old one", async () => {
    const { server, parts } = await start();
    const slow = fetch(`${server.url}/slow`);
    await parts.asked;
    await server.reload(configured({ word: "reloaded" }));
    expect(await (await fetch(`${server.url}/word`)).text()).toBe("reloaded");
    expect(parts.events).toEqual(["adopted first", "adopted reloaded"]);
    parts.release();
    expect(await (await slow).text()).toBe("late but there");
    await until(() => parts.events.includes("closed first"));
  });

  test("keeps the old configuration when the new one cannot be used", async () => {
    const { server } = await start();
    await expect(server.reload(configured({ word: "impossible" }))).rejects.toThrow("impossible");
    expect(await (await fetch(`${server.url}/word`)).text()).toBe("first");
  });

  test("does not start where somebody else listens, and says so", async () => {
    const { server } = await start();
    const listen = { kind: "tcp", host: "127.0.0.1", port: Number(new URL(server.url).port) } as const;
    await expect(start({ listen })).rejects.toMatchObject({ code: "E_SERVE_ADDRESS" });
  });

  test("listens on a socket of the file system, also when a killed one has left its own", async () => {
    const path = join(tmpdir(), `berth-server-${process.pid}.sock`);
    const { server } = await start({ listen: { kind: "unix", path } });
    expect(server.url).toBe(`unix:${path}`);
    await expect(start({ listen: { kind: "unix", path } })).rejects.toMatchObject({ code: "E_SERVE_ADDRESS" });
  });
});

interface Setup {
  readonly listen?: SiteServerConfig["server"]["listen"];
  readonly stopMs?: number;
  readonly word?: string;
  readonly checks?: Generation["checks"];
}

// Of the configuration this server reads only its own part; the word stands for the rest.
function configured({ listen, stopMs = 5_000, word = "first" }: Setup = {}): SiteServerConfig {
  const server = {
    listen: listen ?? { kind: "tcp", host: "127.0.0.1", port: 0 },
    database: { kind: "sqlite", path: "/nonexistent" },
    trustedProxies: [],
    logLevel: "info",
    stateDir: "/nonexistent",
    stopMs,
  } as const;
  return { file: word, form: "site", warnings: [], server, gateway: undefined as never };
}

async function start(setup: Setup = {}) {
  const lines: string[] = [];
  const log = makeLogger("info", { write: (line) => void lines.push(line) });
  const parts = sampleParts(setup);
  const server = await startServer(configured(setup), { log, compose: parts.compose });
  running.push(server);
  return { server, lines, parts };
}

function sampleParts(setup: Setup) {
  const events: string[] = [];
  let release = () => {};
  let ask = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const compose: ServerParts["compose"] = async () => ({
    metrics: makeMetrics({
      queue: async () => new Map([["PENDING", 3]]),
      upstreams: () => [{ upstream: "hub", requests: 7, remaining: 93 }],
    }),
    async begin(config) {
      if (config.file === "impossible") throw new Error("impossible");
      const plugins = [sampleRoutes(config.file, ask, released)];
      const checks = setup.checks ?? [{ name: "database", check: async () => {} }];
      const adopt = async () => void events.push(`adopted ${config.file}`);
      return { plugins, checks, adopt, close: async () => void events.push(`closed ${config.file}`) };
    },
    stopWork: async () => void events.push("work stopped"),
    close: async () => void events.push("closed all"),
  });
  return { compose, events, asked, release: () => release() };
}

function sampleRoutes(word: string, ask: () => void, released: Promise<void>): FastifyPluginAsync {
  return async (app) => {
    app.get("/hello/:name", async (request) => {
      request.askedBy = "alice";
      return "hello";
    });
    app.get("/word", async () => word);
    app.get("/refused", async () => Promise.reject(fail("E_TEST_REFUSED", { who: "you" })));
    app.get("/broken", async () => Promise.reject(fail("E_TEST_BROKEN")));
    app.post("/echo", async (request) => request.body);
    app.get("/never", () => new Promise(() => {}));
    app.get("/slow", async () => {
      ask();
      await released;
      return "late but there";
    });
  };
}

async function refusedAt(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once("error", () => resolve(true));
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
  });
}

const seen = (lines: readonly string[], what: RegExp) => until(() => lines.some((line) => what.test(line)));

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error("it did not happen within twenty seconds");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
