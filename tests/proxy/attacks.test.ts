// What clients and containers might do to stop the proxy for everybody else. The proxy is in this process: whatever it does
// not catch fails the test run.

import { readFileSync } from "node:fs";
import { connect as connect2, type IncomingHttpHeaders } from "node:http2";
import { connect, createServer as createNetServer, type Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ProxyTable } from "../../src/proxy/types.ts";
import { issueLeaf, issueRoot } from "../../src/services/routes/certificates/issue.ts";
import { type Backend, backend, openSite, type ProxySite, route, until } from "./proxy-site.ts";
import { ask, raw } from "./talk.ts";

let site: ProxySite;
let web: Backend;
let certificates: ProxyTable["certificates"] = [];
let rude: Awaited<ReturnType<typeof rudeBackend>>;

beforeAll(async () => {
  site = await openSite();
  web = await backend((_, response) => response.end("well"));
  rude = await rudeBackend();
  const now = Date.now() / 1000;
  const root = issueRoot("test", now - 60, now + 3600);
  const leaf = issueLeaf(["localhost"], { ...root, name: "test" }, now - 60, now + 3600);
  certificates = [{ hosts: ["localhost"], certificate: leaf.certificate, key: leaf.key }];
});
beforeEach(async () => {
  const rudely = route({ id: "rover/rude/0", path: "/rude", backends: [rude.spec] });
  await site.publish([route({ backends: [web.spec] }), rudely], { certificates });
});
afterAll(async () => {
  await site?.close();
  await web?.close();
  rude?.close();
});

/** Says what it was told to say, whatever it is asked. */
async function rudeBackend() {
  const sockets = new Set<Socket>();
  const said = { text: "" };
  const server = createNetServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", () => socket.write(said.text, "latin1"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { spec: { id: "rude", host: "127.0.0.1", port, draining: false }, said, close };
}

function get2(path: string): Promise<{ readonly headers: IncomingHttpHeaders; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const session = connect2(`https://localhost:${site.httpsPort}`, { rejectUnauthorized: false });
    session.on("error", reject);
    const stream = session.request({ ":path": path });
    let [headers, body]: [IncomingHttpHeaders, string] = [{}, ""];
    stream.on("response", (fields) => (headers = fields));
    stream.on("data", (piece) => (body += piece));
    stream.on("error", reject);
    stream.on("end", () => {
      session.destroy();
      resolve({ headers, body });
    });
  });
}

/** Sends bytes, and resets the connection as soon as an answer comes. */
function sendAndReset(bytes: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(site.port, "127.0.0.1", () => socket.write(bytes));
    socket.on("error", () => undefined);
    socket.on("data", () => socket.resetAndDestroy());
    socket.on("close", () => resolve());
  });
}

describe("a client", () => {
  test.each([
    ["a tunnel", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    [
      "an upgrade with a body",
      "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 1\r\n\r\nx",
    ],
    ["an upgrade without host", "GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"],
  ])("that asks for %s and resets the connection harms nobody", async (_, bytes) => {
    for (let count = 0; count < 5; count++) await sendAndReset(bytes);
    expect((await ask(site.port)).body).toBe("well");
  });

  test("whose machine vanishes is noticed: the kernel asks after it, in the clear and over TLS", async () => {
    for (const port of [site.port, site.httpsPort]) {
      const socket = connect(port, "127.0.0.1");
      await new Promise((resolve) => socket.once("connect", resolve));
      const mark = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
      // Columns: number, local, remote, state (01: established), queues, timer (02: keep-alive).
      const timers = () =>
        readFileSync("/proc/net/tcp", "utf8")
          .split("\n")
          .map((line) => line.trim().split(/\s+/))
          .filter(([, local, , state]) => local?.endsWith(mark) && state === "01")
          .map((columns) => columns[5]?.slice(0, 2));
      await until(() => timers().includes("02"), 3_000);
      socket.destroy();
    }
  });

  test("that is refused a tunnel is rid of, though it stays", async () => {
    const socket = connect({ port: site.port, host: "127.0.0.1", allowHalfOpen: true });
    let closed = false;
    socket
      .on("error", () => (closed = true))
      .on("close", () => (closed = true))
      .resume();
    socket.write("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await new Promise((resolve) => socket.once("end", resolve));
    const timer = setInterval(() => socket.write("x"), 20);
    await until(() => closed, 3_000).finally(() => clearInterval(timer));
    expect(closed).toBe(true);
    socket.destroy();
  });
});

describe("requests that a client sends without waiting for answers", () => {
  test("are given up with their connection, all of them", async () => {
    let [asked, gone] = [0, 0];
    const slow = await backend((request) => {
      asked++;
      request.socket.once("close", () => gone++);
    });
    await site.publish([route({ backends: [slow.spec] })]);
    const socket = connect(site.port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(5));
    await until(() => asked === 5);
    socket.destroy();
    await until(() => gone === 5, 3_000);
    await slow.close();
  });

  test("are a hundred at most", async () => {
    let asked = 0;
    const slow = await backend(() => void asked++);
    await site.publish([route({ backends: [slow.spec] })]);
    const socket = connect(site.port, "127.0.0.1");
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => undefined).resume();
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000));
    await closed;
    expect(asked).toBeLessThanOrEqual(100);
    await slow.close();
  });

  test("break the answer under way when they are no requests, and never become a part of it", async () => {
    const slow = await backend(
      (_, response) => void response.writeHead(200, { "Content-Length": 1000 }).write("begun"),
    );
    await site.publish([route({ backends: [slow.spec] })]);
    const socket = connect(site.port, "127.0.0.1");
    let text = "";
    socket.on("error", () => undefined);
    socket.on("data", (piece) => {
      text += piece;
      if (text.endsWith("begun")) socket.write("\0\0\r\n\r\n");
    });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await closed;
    expect(text).toMatch(/begun$/);
    await slow.close();
  });
});

test.each([
  ["that its container does not want", {}, 200, /^well$/],
  ["that is too long", { "content-length": "5000" }, 413, /^\{.*\}\n$/],
])("a body over HTTP/2 %s is not taken for ever, and its answer comes whole", async (_, headers, code, text) => {
  await site.publish([route({ maxBodyBytes: 1000, backends: [web.spec] })], { certificates });
  const session = connect2(`https://localhost:${site.httpsPort}`, { rejectUnauthorized: false });
  const stream = session.request({ ":method": "POST", ":path": "/", ...headers }, { endStream: false });
  let [status, body, closed] = [0, "", false];
  stream.on("response", (fields) => (status = Number(fields[":status"])));
  stream.on("data", (piece) => (body += piece));
  stream.on("error", () => undefined).on("close", () => (closed = true));
  const timer = setInterval(() => stream.writable && stream.write(Buffer.alloc(500)), 20);
  await until(() => closed, 30_000).finally(() => clearInterval(timer));
  expect([status, body]).toEqual([code, expect.stringMatching(text)]);
  session.destroy();
});

describe("a container", () => {
  const LINE = "HTTP/1.1 200 OK\r\n";
  test("may say a header twice, also over HTTP/2", async () => {
    rude.said.text = `${LINE}X-Content-Type-Options: nosniff\r\nX-Content-Type-Options: nosniff\r\nETag: "1"\r\nETag: "2"\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nok`;
    const { headers, body } = await get2("/rude");
    expect([headers[":status"], body, headers["set-cookie"]]).toEqual([200, "ok", ["a=1", "b=2"]]);
    expect(headers["x-content-type-options"]).toBe("nosniff, nosniff");
  });

  test.each(["constructor", "__proto__"])("may have a header named %s", async (name) => {
    rude.said.text = `${LINE}${name}: x\r\nContent-Length: 2\r\n\r\nok`;
    expect((await get2("/rude")).headers[name]).toBe("x");
  });

  test.each(['</a>; rel="x y"', '</a>; rel="x", </b>; title="', "<a>;;;"])(
    "may send early hints such as %s",
    async (link) => {
      rude.said.text = `HTTP/1.1 103 Early Hints\r\nLink: ${link}\r\n\r\n${LINE}Content-Length: 2\r\n\r\nok`;
      expect((await get2("/rude")).body).toBe("ok");
      expect(await raw(site.port, "GET /rude HTTP/1.1\r\nHost: x\r\n\r\n", (text) => /ok$/.test(text))).toMatch(
        /200 OK/,
      );
    },
  );
});
