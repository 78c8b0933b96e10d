// Other protocols through the proxy: websockets, protocols of any name, bare TCP.

import { connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { backend, openSite, type ProxySite, route, until } from "./proxy-site.ts";
import { raw } from "./talk.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function site(options: Parameters<typeof openSite>[0] = {}): Promise<ProxySite> {
  const made = await openSite(options);
  open.push(made);
  return made;
}

describe("a websocket", () => {
  test("carries messages of any size both ways, and its end", async () => {
    const { port, publish } = await site();
    const web = await backend((_, response) => response.end());
    open.push(web);
    const sockets = new WebSocketServer({ server: web.server });
    sockets.on("connection", (socket, request) => {
      socket.send(String(request.headers["x-forwarded-for"]));
      socket.on("message", (data, binary) => socket.send(data, { binary }));
      socket.on("close", (code) => ends.push(code));
    });
    const ends: number[] = [];
    await publish([route({ backends: [web.spec] })]);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/chat`);
    const messages: Buffer[] = [];
    socket.on("message", (data: Buffer) => messages.push(data));
    await new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject));
    const large = Buffer.alloc(5_000_000, 7);
    socket.send(large);
    await until(() => messages.length === 2);
    expect(messages[0]?.toString()).toBe("127.0.0.1");
    expect(messages[1]?.equals(large)).toBe(true);
    socket.close(4001);
    await until(() => ends.length === 1);
    expect(ends).toEqual([4001]);
    sockets.close();
  });

  test("that the backend refuses gets the backend's answer", async () => {
    const { port, publish } = await site();
    const web = await backend((_, response) => response.end());
    open.push(web);
    web.server.on("upgrade", (_, socket) => socket.end("HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nnope"));
    await publish([route({ backends: [web.spec] })]);
    const answer = await raw(port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 403 No\r\n[\s\S]*nope$/);
  });

  test("that got an ordinary answer and does not take it is cut off", async () => {
    const { port, publish } = await site({ settings: { stallMs: 300 } });
    let gone = false;
    const web = await backend((_, response) => {
      response.once("close", () => (gone = true));
      const more = () => {
        while (!gone && response.write(Buffer.alloc(65_536)));
      };
      response.on("drain", more);
      more();
    });
    open.push(web);
    await publish([route({ backends: [web.spec] })]);
    const socket = connect(port, "127.0.0.1").pause();
    socket.on("error", () => undefined);
    socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
    await until(() => gone);
    socket.destroy();
  });
});

test("a protocol that the proxy does not know is switched to, with the bytes that came early", async () => {
  const { port, publish } = await site();
  const web = await backend((_, response) => response.end());
  open.push(web);
  web.server.on("upgrade", (_, socket, first) => {
    socket.write("HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: shout\r\n\r\nREADY ");
    socket.write(first.toString().toUpperCase());
    socket.on("data", (piece: Buffer) => {
      socket.write(piece.toString().toUpperCase());
      if (piece.toString().endsWith("late")) socket.end();
    });
  });
  await publish([route({ backends: [web.spec] })]);
  const head = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: shout\r\n\r\nearly ";
  const socket = connect(port, "127.0.0.1", () => socket.write(head));
  let text = "";
  socket.on("data", (piece) => {
    text += piece;
    if (text.endsWith("EARLY ")) socket.write("late");
  });
  await new Promise((resolve) => socket.on("close", resolve));
  expect(text).toMatch(/^HTTP\/1\.1 101 Go\r\n[\s\S]*READY EARLY LATE$/);
});

describe("a TCP route", () => {
  const freePort = async () => {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    return port;
  };

  test("listens on its own port, joins, passes half closed connections on, and counts", async () => {
    const { publish } = await site();
    const lines = createServer({ allowHalfOpen: true }, (socket) => {
      let text = "";
      socket.on("data", (piece) => (text += piece));
      socket.on("end", () => socket.end(text.toUpperCase()));
    });
    await new Promise<void>((resolve) => lines.listen(0, "127.0.0.1", resolve));
    open.push({ close: () => new Promise((resolve) => void lines.close(() => resolve())) });
    const { port } = lines.address() as { port: number };
    const listen = await freePort();
    const spec = { id: "db1", host: "127.0.0.1", port, draining: false };
    await publish([route({ id: "rover/db/0", protocol: "tcp", listen, backends: [spec] })]);
    await until(() => true);
    expect(await exchange(listen, "select")).toBe("SELECT");
  });

  test("wakes its service when somebody connects, and loses nothing that he says", async () => {
    const { publish, told } = await site();
    const listen = await freePort();
    const wake = { with: "auto", holdMs: 5_000, ignorePaths: [], ignoreAgents: [] } as const;
    const sleeping = route({ id: "rover/db/0", protocol: "tcp", listen, state: "asleep", wake });
    await publish([sleeping]);
    const answer = exchange(listen, "hello early");
    await until(() => told.some(({ kind }) => kind === "wake"));
    const sockets: Socket[] = [];
    const echo = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.push(socket);
      socket.pipe(socket);
    });
    await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
    open.push({ close: () => new Promise((resolve) => void echo.close(() => resolve())) });
    const { port } = echo.address() as { port: number };
    const spec = { id: "db1", host: "127.0.0.1", port, draining: false };
    await publish([{ ...sleeping, state: "ready", backends: [spec] }]);
    expect(await answer).toBe("hello early");
  });

  test("gets no share of the proxy's own ports", async () => {
    const { publish, told, port: listen } = await site();
    await publish([route({ id: "rover/db/0", protocol: "tcp", listen })]);
    await until(() => told.some((one) => one.kind === "trouble" && one.message.includes("the proxy's own")));
  });

  test("whose port is taken is reported", async () => {
    const { publish, told } = await site();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port: listen } = taken.address() as { port: number };
    await publish([route({ id: "rover/db/0", protocol: "tcp", listen })]);
    await until(() => told.some(({ kind }) => kind === "trouble"));
    await new Promise((resolve) => taken.close(resolve));
  });
});

function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => socket.end(text));
    let all = "";
    socket.on("data", (piece) => (all += piece));
    socket.on("end", () => resolve(all));
    socket.on("error", reject);
  });
}
