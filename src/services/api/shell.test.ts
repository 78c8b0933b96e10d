// Shells over WebSockets that end in other ways than by their program's end.

import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { ExecSession } from "../engine/types.ts";
import { carryShell } from "./shell.ts";
import { acceptWebSocket, carryUpgrade } from "./web-socket.ts";

test("a connection to the program that breaks is told, and the socket does not stay open", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = (await once(server, "connection")) as [WebSocket];
  let closed = false;
  const session = {
    output: (async function* () {
      yield { stream: "stdout", data: Buffer.from("$ ") };
      throw new Error("connection reset by the engine");
    })(),
    close: () => {
      closed = true;
    },
  } as unknown as ExecSession;
  const carried = carryShell(socket, session, new AbortController().signal);
  await expect(carried).rejects.toThrow("connection reset");
  const [code] = (await once(client, "close")) as [number];
  expect([code, closed]).toEqual([1011, true]);
  server.close();
});

test("whoever went away before the connection became a WebSocket is not waited for", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  client.on("error", () => {});
  const [request, socket, head] = (await once(server, "upgrade")) as [IncomingMessage, Duplex, Buffer];
  carryUpgrade(request, socket, head);
  client.terminate();
  socket.destroy();
  await once(socket, "close");
  expect(await acceptWebSocket(request)).toBeUndefined();
  server.close();
});
