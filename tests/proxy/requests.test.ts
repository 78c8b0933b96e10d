// Requests through the proxy to real backends of Node: what the backend sees, what the client gets.

import { request } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { type Backend, backend, openSite, type ProxySite, route, until } from "./proxy-site.ts";
import { ask, raw } from "./talk.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function site(options: Parameters<typeof openSite>[0] = {}): Promise<ProxySite> {
  const made = await openSite(options);
  open.push(made);
  return made;
}

async function serving(...args: Parameters<typeof backend>): Promise<Backend> {
  const made = await backend(...args);
  open.push(made);
  return made;
}

// Answers with what it saw.
const echo = () =>
  serving((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      response.setHeader("Content-Type", "application/json");
      const body = Buffer.concat(pieces).toString();
      const { method, url, rawHeaders, headers, rawTrailers } = request;
      response.end(JSON.stringify({ method, url, rawHeaders, headers, body, rawTrailers }));
    });
  });

describe("a request", () => {
  test("that come before the first table wait for it", async () => {
    const [here, web] = [await openSite(), await backend((_, response) => response.end("served"))];
    try {
      const asked = ask(here.port);
      await until(() => here.control.proxies().length > 0);
      await here.publish([route({ backends: [web.spec] })]);
      expect(await asked).toMatchObject({ status: 200, body: "served" });
    } finally {
      await here.close();
      await web.close();
    }
  });

  test("without a table is asked to come again", async () => {
    const { port } = await site();
    const { status, headers, body } = await ask(port);
    expect([status, headers["retry-after"], headers["content-type"]]).toEqual([503, "2", "application/problem+json"]);
    expect(JSON.parse(body)).toMatchObject({ status: 503 });
  });

  test("reaches its backend with the client's address and without what the client claims about itself", async () => {
    const { port, publish } = await site();
    const web = await echo();
    await publish([route({ host: "www.example.org", backends: [web.spec] })]);
    const headers = {
      Host: "www.example.org",
      "X-Forwarded-For": "6.6.6.6",
      x_forwarded_for: "6.6.6.6",
      Forwarded: "for=6.6.6.6",
      "X-Berth-User": "root",
      X_Berth_User: "root",
      "X.Berth.User": "root",
      "X~Real~IP": "6.6.6.6",
      "X-Real-IP": "6.6.6.6",
      Connection: "keep-alive, X-Secret-Hop",
      "X-Secret-Hop": "1",
      "Keep-Alive": "timeout=9",
      Cookie: ["a=1", "b=2"],
      "X-Own": "stays",
    };
    const { status, body } = await ask(port, { path: "/a?b=c", headers });
    const seen = JSON.parse(body);
    expect([status, seen.url, seen.headers.host]).toEqual([200, "/a?b=c", "www.example.org"]);
    expect(body).not.toMatch(/6\.6\.6\.6|root|secret-hop|timeout=9/i);
    expect(seen.headers).toMatchObject({
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "www.example.org",
      forwarded: 'for=127.0.0.1;proto=http;host="www.example.org"',
      cookie: "a=1; b=2",
      "x-own": "stays",
    });
  });

  test("is known by what a trusted proxy before this one says", async () => {
    const { port, publish } = await site({ trustedProxies: ["127.0.0.0/8"] });
    const web = await echo();
    await publish([route({ backends: [web.spec], tls: "redirect" })]);
    const headers = { "X-Forwarded-For": "9.9.9.9, 8.8.8.8", "X-Forwarded-Proto": "https" };
    const { body } = await ask(port, { headers });
    expect(JSON.parse(body).headers).toMatchObject({
      "x-forwarded-for": "9.9.9.9, 8.8.8.8, 127.0.0.1",
      "x-forwarded-proto": "https",
    });
  });

  test("finds the longest path of its host, with or without its beginning", async () => {
    const { port, publish } = await site();
    const [web, api] = [await echo(), await echo()];
    await publish([
      route({ id: "s/web/0", host: "a.example.org", backends: [web.spec] }),
      route({ id: "s/api/0", host: "a.example.org", path: "/api", stripPath: true, backends: [api.spec] }),
      route({ id: "s/any/0", host: "*.wild.example.org", path: "/", backends: [web.spec] }),
    ]);
    const seen = async (host: string, path: string) => {
      const { status, body } = await ask(port, { path, headers: { Host: host } });
      return status === 200 ? JSON.parse(body).url : status;
    };
    expect(await seen("a.example.org", "/api/v1?x=/api")).toBe("/v1?x=/api");
    expect(await seen("a.example.org", "/api")).toBe("/");
    expect(await seen("a.example.org", "/api?q")).toBe("/?q");
    expect(await seen("a.example.org", "/apix")).toBe("/apix");
    expect(await seen("A.Example.ORG:80", "/x")).toBe("/x");
    expect(await seen("b.wild.example.org", "/x")).toBe("/x");
    expect(await seen("b.c.wild.example.org", "/x")).toBe(404);
    expect(await seen("b.example.org", "/x")).toBe(404);
    // Somebody's backend would read these as another path than the route says.
    for (const path of ["/api/../x", "/api/%2e%2e/x", "/api/..%2fx", "/api\\..\\x", "/x/%252e%252e/api", "/api/..;/x"])
      expect([path, await seen("a.example.org", path)]).toEqual([path, 400]);
    expect(await seen("a.example.org", "//api/x")).toBe(400);
    expect(await seen("a.example.org", "/x%2Fy/z")).toBe("/x%2Fy/z");
  });

  test("whose path is a host to some readers goes to one route for all of them, or nowhere", async () => {
    const { port, publish } = await site();
    const web = await echo();
    await publish([route({ backends: [web.spec] }), route({ id: "r/open/0", path: "/open", backends: [web.spec] })]);
    for (const path of ["//open/x", "/\\open/x", "///open/x", "//a/open"])
      expect([path, (await ask(port, { path })).status]).toEqual([path, 400]);
    for (const path of ["//a/b", "/open//open/x"])
      expect([path, (await ask(port, { path })).status]).toEqual([path, 200]);
  });

  test("with a body is streamed through, by length and in chunks with trailers", async () => {
    const { port, publish } = await site();
    const web = await echo();
    await publish([route({ backends: [web.spec] })]);
    const long = "x".repeat(300_000);
    expect(JSON.parse((await ask(port, { method: "POST", body: long })).body).body).toBe(long);
    const chunked =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\nConnection: close\r\n\r\n";
    const answer = await raw(
      port,
      `${chunked}5\r\nhello\r\n3;x=y\r\n wo\r\n0\r\nX-Sum: 7\r\nX-Berth-User: root\r\nX_Berth_User: root\r\n\r\n`,
    );
    expect(answer).toContain('"body":"hello wo"');
    expect(answer).toContain('"rawTrailers":["X-Sum","7"]');
  });

  test("that expects 100 gets it from the backend, and its body is not read before", async () => {
    const { port, publish } = await site();
    const web = await serving(() => undefined);
    web.server.on("checkContinue", (request, response) => {
      if (request.url === "/no") return response.writeHead(403).end("no");
      response.writeContinue();
      request.resume().on("end", () => response.end("thanks"));
    });
    await publish([route({ backends: [web.spec] })]);
    const head = (path: string) =>
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n`;
    expect(await raw(port, head("/yes"), (text) => text.includes("100 Continue"))).toMatch(/^HTTP\/1.1 100 Continue/);
    expect(await raw(port, head("/no"), (text) => text.includes("no"))).toMatch(/^HTTP\/1.1 403/);
    const headers = { Expect: "100-continue", "Content-Length": "2" };
    const reply = await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request({ port, host: "127.0.0.1", method: "POST", path: "/yes", headers, agent: false });
      outgoing.on("continue", () => outgoing.end("hi"));
      outgoing.on("response", (response) => resolve(response.resume().statusCode));
      outgoing.on("error", reject);
      outgoing.flushHeaders();
    });
    expect(reply).toBe(200);
  });
});

describe("a reply", () => {
  test("comes with its headers, its trailers, and without those of the backend's connection", async () => {
    const { port, publish } = await site();
    const web = await serving((_, response) => {
      const hop = [
        "Connection",
        "X-Hop",
        "X-Hop",
        "1",
        "Keep-Alive",
        "timeout=77",
        "Set-Cookie",
        "a=1",
        "Set-Cookie",
        "b=2",
      ];
      response.writeHead(201, "Made", [...hop, "Trailer", "X-Sum", "X-Own", "yes"]);
      response.write("one ");
      response.addTrailers({ "X-Sum": "5" });
      response.end("two");
    });
    await publish([route({ backends: [web.spec] })]);
    const { status, headers, body, trailers } = await ask(port);
    expect([status, body, trailers["x-sum"]]).toEqual([201, "one two", "5"]);
    expect(headers).toMatchObject({ "set-cookie": ["a=1", "b=2"], "x-own": "yes" });
    expect(headers).not.toHaveProperty("x-hop");
    expect(headers["keep-alive"]).not.toBe("timeout=77");
  });

  test("is passed on as it is made: events arrive one by one", async () => {
    const { port, publish } = await site();
    let next: (() => void) | undefined;
    const web = await serving((_, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write("data: 1\n\n");
      next = () => response.end("data: 2\n\n");
    });
    await publish([route({ backends: [web.spec] })]);
    const all = raw(port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", (text) => {
      // The second is made only when the first has arrived.
      if (text.includes("data: 1") && !text.includes("data: 2")) next?.();
      return text.includes("data: 2");
    });
    expect(await all).toContain("data: 2");
  });

  test("without a length, to HEAD, and empty ones end where they should", async () => {
    const { port, publish } = await site();
    const web = await serving((request, response) => {
      if (request.url === "/none") return response.writeHead(204).end();
      if (request.url === "/same") return response.writeHead(304, { ETag: "x" }).end();
      if (request.url !== "/close") return response.writeHead(200, { "Content-Length": 5 }).end("hello");
      request.socket.end("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end");
    });
    await publish([route({ backends: [web.spec] })]);
    const head = (method: string, path: string) => `${method} ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
    const text = await raw(
      port,
      head("HEAD", "/x") + head("GET", "/none") + head("GET", "/same") + head("GET", "/close") + head("GET", "/x"),
      (all) => all.endsWith("hello"),
    );
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(
      ["200", "204", "304", "200", "200"].map((code) => `HTTP/1.1 ${code}`),
    );
    expect(text).toContain("until the end");
  });

  test("that breaks off is broken off for the client too", async () => {
    const { port, publish } = await site();
    const web = await serving((request, response) => {
      response.writeHead(200, { "Content-Length": 100 });
      response.write("half");
      setTimeout(() => request.socket.destroy(), 20);
    });
    await publish([route({ backends: [web.spec] })]);
    await expect(ask(port)).rejects.toThrow(/aborted|hang up|reset/);
  });

  test("that is no proper HTTP is an answer of 502", async () => {
    const { port, publish } = await site();
    const replies = [
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello\r\n\r\n",
      "SSH-2.0-OpenSSH_9\r\n\r\n",
      `HTTP/1.1 200 OK\r\nX: ${"a".repeat(70_000)}\r\n\r\n`,
    ];
    let index = 0;
    const web = await serving((request) => request.socket.end(replies[index] ?? ""));
    await publish([route({ backends: [web.spec] })]);
    for (index = 0; index < replies.length; index++) expect([index, (await ask(port)).status]).toEqual([index, 502]);
  });

  test("takes no more memory than the client's pace allows", async () => {
    const { port, publish } = await site();
    let written = 0;
    const web = await serving((_, response) => {
      const more = () => {
        while (written < 500_000_000) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536))) return void response.once("drain", more);
        }
      };
      more();
    });
    await publish([route({ backends: [web.spec] })]);
    const paused = request({ port, host: "127.0.0.1", agent: false }, (response) => response.pause());
    paused.on("error", () => undefined).end();
    let before = -1;
    // Written no more: the way is full.
    await until(() => {
      const still = written > 0 && written === before;
      before = written;
      return still;
    });
    expect(written).toBeLessThan(60_000_000);
    paused.destroy();
  });
});

describe("a backend", () => {
  test("that cannot be reached is passed over, reported, and used again when it answers", async () => {
    const { port, publish, told } = await site();
    const web = await echo();
    const gone = await backend(() => undefined, "gone");
    await gone.close();
    await publish([route({ backends: [{ ...gone.spec, id: "gone" }, web.spec] })]);
    const statuses = await Promise.all(Array.from({ length: 20 }, () => ask(port, { method: "POST", body: "x" })));
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([200]));
    await until(() => told.some((message) => message.kind === "backend"));
    expect(told).toContainEqual({ kind: "backend", route: "rover/web/0", backend: "gone", ok: false });
  });

  test("that closes a connection that it kept costs no request that may be sent again", async () => {
    const { port, publish } = await site();
    let count = 0;
    const web = await serving((request, response) => {
      response.end(String(++count));
      // After the reply, without saying so: the next request meets a closed connection.
      setImmediate(() => request.socket.destroy());
    });
    await publish([route({ backends: [web.spec] })]);
    for (let index = 1; index <= 30; index++) expect((await ask(port)).body).toBe(String(index));
  });

  test("that breaks off in silence is asked once more for what does no harm twice, and never for the rest", async () => {
    const { port, publish } = await site();
    const seen: string[] = [];
    const web = await serving((request) => {
      seen.push(request.method ?? "");
      request.socket.destroy();
    });
    await publish([route({ backends: [web.spec, { ...web.spec, id: "b2" }] })]);
    expect((await ask(port, { method: "POST", body: "pay" })).status).toBe(502);
    expect(seen).toEqual(["POST"]);
    expect((await ask(port)).status).toBe(502);
    expect(seen.filter((method) => method === "GET").length).toBeGreaterThan(1);
  });

  test("that says nothing is given up after the route's time", async () => {
    const { port, publish } = await site();
    const web = await serving(() => undefined);
    await publish([route({ backends: [web.spec], timeoutMs: 200 })]);
    expect((await ask(port)).status).toBe(504);
  });

  test("gets its share: the one with the fewest requests under way is next", async () => {
    const { port, publish } = await site();
    const open = [0, 0];
    const make = (index: number) =>
      serving((_, response) => {
        open[index] = (open[index] ?? 0) + 1;
        setTimeout(() => response.end("ok"), 150);
      }, `b${index}`);
    const [one, two] = [await make(0), await make(1)];
    await publish([route({ backends: [one.spec, two.spec] })]);
    await Promise.all(Array.from({ length: 20 }, () => ask(port)));
    expect(open).toEqual([10, 10]);
  });
});

describe("limits", () => {
  test("of a body are kept, by length and while it comes", async () => {
    const { port, publish } = await site();
    const web = await echo();
    await publish([route({ backends: [web.spec], maxBodyBytes: 1000 })]);
    expect((await ask(port, { method: "POST", body: "x".repeat(1000) })).status).toBe(200);
    expect((await ask(port, { method: "POST", body: "x".repeat(1001) })).status).toBe(413);
    const chunked = `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n${"x".repeat(2048)}\r\n`;
    expect(await raw(port, chunked, (text) => text.includes("413"))).toMatch(/^HTTP\/1.1 413/);
  });

  test("of requests a second are kept", async () => {
    const { port, publish } = await site();
    const web = await echo();
    await publish([route({ backends: [web.spec], requestsPerSecond: 5 })]);
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask(port)));
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(12);
    expect(Number(refused[0]?.headers["retry-after"])).toBeGreaterThan(0);
  });

  test("of time are kept for heads and bodies that come a byte at a time, or not at all", async () => {
    const { port, publish } = await site({ settings: { headMs: 300, stallMs: 300 } });
    const web = await echo();
    await publish([route({ backends: [web.spec] })]);
    const silent = raw(port, "GET / HTTP/1.1\r\nHo");
    const stuck = raw(port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc", (text) =>
      text.includes("408"),
    );
    expect(await silent).toMatch(/^HTTP\/1.1 408/);
    expect(await stuck).toMatch(/^HTTP\/1.1 408/);
  });

  test("of headers are kept", async () => {
    const { port, publish } = await site();
    const web = await echo();
    await publish([route({ backends: [web.spec] })]);
    const many = Array.from({ length: 300 }, (_, index) => `X-${index}: 1\r\n`).join("");
    expect(await raw(port, `GET / HTTP/1.1\r\nHost: a\r\n${many}\r\n`)).toMatch(/^HTTP\/1.1 431/);
    const long = "a".repeat(40_000);
    expect(await raw(port, `GET / HTTP/1.1\r\nHost: a\r\nX: ${long}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431/);
    expect(await raw(port, `GET /${"a".repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`)).toMatch(/^HTTP\/1.1 414/);
  });
});
